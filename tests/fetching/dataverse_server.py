"""Loopback servers for the fetch tests: a Dataverse with its file storage, and plain files.

Real HTTP on 127.0.0.1, the storage on a port of its own; a test can queue replies that come before
the regular ones, for one fault each, and turn on what goes on: latency, cuts, a closed door.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from urllib.parse import parse_qs, unquote, urlsplit

SECRET = "X-Amz-Signature=never-quote-this"


@dataclass
class Reply:
    status: int = 200
    body: bytes = b""
    headers: dict = field(default_factory=dict)
    cut_after: int | None = None
    """Close the connection after so many bytes of the body."""
    hold: threading.Event | None = None
    """Wait for this before the rest of the body."""
    drip_seconds: float = 0.0
    """Send the body byte by byte, with so long between two."""
    chunked_length: bool = False
    """Send no Content-Length: the end of the connection ends the body."""


@dataclass(frozen=True)
class Seen:
    path: str
    query: dict
    headers: dict


def json_reply(value, status=200):
    return Reply(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


def error_reply(status, message):
    return json_reply({"status": "ERROR", "message": message}, status)


class _Server(ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """Stay silent: clients that hang up are part of the tests."""


class Loopback:
    """A server on a free port; `answer` gives the regular reply."""

    def __init__(self):
        self.latency_seconds = 0.0
        self.body_bytes = 0
        """Bytes of bodies that were written, cuts counted as such."""
        self.seen: list[Seen] = []
        self.queued: list[tuple[str, Reply]] = []
        self.holds: list[threading.Event] = []
        loopback = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # else each answer waits 40 ms for an ACK

            def do_GET(self):
                address = urlsplit(self.path)
                query = {key: values[-1] for key, values in parse_qs(address.query).items()}
                seen = Seen(unquote(address.path), query, dict(self.headers))
                loopback.seen.append(seen)
                time.sleep(loopback.latency_seconds)
                with suppress(OSError):  # clients that hang up are part of the tests
                    reply = loopback.next_queued(seen) or loopback.answer(seen)
                    loopback.body_bytes += _send(self, reply)

            def do_HEAD(self):
                # As signed addresses do: a client that needs HEAD must be seen to fail.
                loopback.seen.append(Seen(f"HEAD {self.path}", {}, dict(self.headers)))
                _send(self, Reply(403))

            def log_message(self, format, *args):  # noqa: A002
                """Keep the test output clean."""

        self.server = _Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *exception):
        for hold in self.holds:
            hold.set()
        if self.thread.is_alive():
            self.server.shutdown()
            self.thread.join()
        self.server.server_close()

    def queue(self, part, *replies):
        """Answer the next requests whose path contains `part` with these."""
        for reply in replies:
            if reply.hold is not None:
                self.holds.append(reply.hold)
            self.queued.append((part, reply))

    def next_queued(self, seen):
        for index, (part, reply) in enumerate(self.queued):
            if part in seen.path:
                del self.queued[index]
                return reply
        return None

    def paths(self):
        return [seen.path for seen in self.seen]

    def answer(self, seen):
        raise NotImplementedError


def _send(handler, reply):
    handler.send_response(reply.status)
    for key, value in reply.headers.items():
        handler.send_header(key, value)
    if not reply.chunked_length:
        handler.send_header("Content-Length", str(len(reply.body)))
    handler.end_headers()
    body = reply.body
    if reply.hold is not None:
        handler.wfile.write(body[: len(body) // 2])
        handler.wfile.flush()
        reply.hold.wait(30)
        body = body[len(body) // 2 :]
    if reply.cut_after is not None or reply.chunked_length:
        handler.close_connection = True
    sent = body if reply.cut_after is None else body[: reply.cut_after]
    if reply.drip_seconds:
        for byte in body:
            handler.wfile.write(bytes([byte]))
            time.sleep(reply.drip_seconds)
        return len(body)
    handler.wfile.write(sent)
    handler.wfile.flush()
    return len(sent)


class FileServer(Loopback):
    """Files by path, with single ranges."""

    def __init__(self, files=()):
        super().__init__()
        self.files: dict[str, bytes] = dict(files)

    def answer(self, seen):
        body = self.files.get(seen.path)
        return Reply(404, b"nothing here") if body is None else ranged(seen, body)


def ranged(seen, body):
    span = seen.headers.get("Range")
    if span is None:
        return Reply(200, body)
    first, _, last = span.removeprefix("bytes=").partition("-")
    start, stop = int(first), min(int(last or len(body)) + 1, len(body))
    if start >= len(body):
        return Reply(416)
    told = f"bytes {start}-{stop - 1}/{len(body)}"
    return Reply(206, body[start:stop], {"Content-Range": told})


class Storage(Loopback):
    """The object storage behind a Dataverse: each signed URL works once, and not for long."""

    def __init__(self):
        super().__init__()
        self.signed: dict[str, tuple[bytes, float]] = {}
        self.numbers = count()
        self.lifetime_seconds = 60.0
        self.cut_every: int | None = None
        """Close each connection after so many bytes."""

    def sign(self, body):
        path = f"/bucket/{next(self.numbers)}"
        self.signed[path] = (body, time.monotonic() + self.lifetime_seconds)
        return f"{self.url}{path}?{SECRET}"

    def answer(self, seen):
        body, end = self.signed.pop(seen.path, (None, 0.0))
        if body is None or time.monotonic() > end:
            return Reply(403, b"<Error>expired</Error>", {"Content-Type": "application/xml"})
        reply = ranged(seen, body)
        if self.cut_every is not None and len(reply.body) > self.cut_every:
            reply.cut_after = self.cut_every
        return reply


@dataclass
class Deposited:
    """One file of the dataset; `entry_changes` and `data_changes` edit its listing."""

    path: str
    original: bytes
    ingested: bool = False
    algorithm: str = "MD5"
    entry_changes: dict = field(default_factory=dict)
    data_changes: dict = field(default_factory=dict)

    def entry(self, number):
        folder, _, name = self.path.rpartition("/")
        hashed = hashlib.new(self.algorithm.replace("-", "").lower(), self.original).hexdigest()
        data = {
            "id": number,
            "filename": name,
            "filesize": len(self.archival()),
            "checksum": {"type": self.algorithm, "value": hashed},
        }
        entry = {"label": name, "restricted": False, "version": 1, "dataFile": data}
        if folder:
            entry["directoryLabel"] = folder
        if self.ingested:
            entry["label"] = data["filename"] = name.removesuffix(".csv") + ".tab"
            data |= {
                "tabularData": True,
                "originalFileFormat": "text/csv",
                "originalFileSize": len(self.original),
                "originalFileName": name,
            }
        data |= self.data_changes
        entry |= self.entry_changes
        for record in (data, entry):
            for key in [key for key, value in record.items() if value is None]:
                del record[key]
        return entry

    def archival(self):
        """Return what an ingested table becomes: tabs, and no header."""
        if not self.ingested:
            return self.original
        return self.original.partition(b"\n")[2].replace(b",", b"\t")


class Dataverse(Loopback):
    """The native API over the versions of doi:10.7910/DVN/JS9FR6; `files` are those of 9.0."""

    def __init__(self, storage, files=()):
        super().__init__()
        self.storage = storage
        self.files: list[Deposited] = list(files)
        self.first_id = 100
        self.downloads_counted = 0
        self.latest = (9, 0)
        self.token: str | None = None
        """If set, files that are restricted need it, and no other is known."""

    def answer(self, seen):
        if seen.headers.get("User-Agent", "").startswith("python-requests"):
            return Reply(403, b"<html>Forbidden</html>", {"Content-Type": "text/html"})
        given = seen.headers.get("X-Dataverse-key")
        if given is not None and given != self.token:
            return error_reply(401, "Bad API key")
        if seen.path.startswith("/api/datasets/:persistentId/versions/"):
            return self.answer_version(seen, seen.path.split("/versions/")[1])
        if seen.path.startswith("/api/access/datafile/"):
            return self.answer_file(seen, given)
        return error_reply(404, "API endpoint does not exist on this server.")

    def answer_version(self, seen, asked):
        if seen.query["persistentId"] != "doi:10.7910/DVN/JS9FR6":
            return error_reply(404, "Dataset with Persistent ID not found.")
        if asked == ":latest-published":
            major, minor = self.latest
            data = {"versionNumber": major, "versionMinorNumber": minor}
            return json_reply({"status": "OK", "data": data})
        if asked == "9.0/files":
            start, limit = int(seen.query["offset"]), int(seen.query["limit"])
            entries = [file.entry(self.first_id + n) for n, file in enumerate(self.files)]
            page = entries[start : start + limit]
            return json_reply({"status": "OK", "totalCount": len(entries), "data": page})
        return error_reply(404, "No such version.")

    def answer_file(self, seen, token):
        file = self.files[int(seen.path.rpartition("/")[2]) - self.first_id]
        if file.entry_changes.get("restricted") and (token is None or token != self.token):
            return error_reply(403, "You do not have permission to download this file.")
        if seen.query.get("gbrecs") != "true":
            self.downloads_counted += 1
        original = seen.query.get("format") == "original"
        body = file.original if original else file.archival()
        return Reply(303, b"", {"Location": self.storage.sign(body)})
