"""A Dataverse in whose every answer the live check finds what it assumes, until it is broken."""

from __future__ import annotations

from dataverse_server import Dataverse, Deposited, error_reply, json_reply

TOP = "icpp_training_results"
TIMES = f"{TOP}/time_to_run.csv"
README = "README.txt"


def _history(gpus, beam, early):
    folder = f"{gpus}gpu/{'early_termination' if early else 'no_early_termination'}"
    stopping = "_stopping" if early else ""
    return f"{TOP}/{folder}/{gpus}gpu_1e{beam}{stopping}_training_data.csv"


ONE = _history(1, 14, early=True)
FILES = {
    ONE: b"architecture,epoch\n0,1\n",
    _history(4, 15, early=False): b"architecture,epoch\n0,1\n1,2\n",
    _history(1, 16, early=True): b"architecture,epoch\n0,1\n1,2\n2,3\n",
    TIMES: b"hours,name\n1,x\n",
}
RECORD = {
    "versionNumber": 9,
    "versionMinorNumber": 0,
    "versionState": "RELEASED",
    "publicationDate": "2023-04-05",
    "releaseTime": "2024-01-02T03:04:05Z",
    "termsOfUse": "Apache License, Version 2.0, with LLVM exceptions",
    "metadataBlocks": {
        "citation": {
            "fields": [
                {
                    "typeName": "title",
                    "value": "Analytics for Neural Networks Workflow (A4NN) on Protein "
                    "Diffraction Data",
                },
                {
                    "typeName": "author",
                    "value": [
                        {"authorName": {"value": name}}
                        for name in ("Channing, Georgia", "Patel, Ria", "Taufer, Michela")
                    ],
                },
            ]
        }
    },
}


class DepositInOrder(Dataverse):
    """Answers as the real API does where `Dataverse` is silent; a test changes what it likes."""

    def __init__(self, storage):
        super().__init__(
            storage,
            [
                *(Deposited(path, body, ingested=True) for path, body in FILES.items()),
                Deposited(README, b"read me"),
            ],
        )
        self.record = dict(RECORD)
        self.newest = None
        """Files of :latest-published, where these are not those of 9.0."""
        self.page = lambda files, start, limit: files[start : start + limit]
        self.total = len
        self.ids = lambda number: number
        self.originals = self.plain_as_original = True

    def answer_version(self, seen, asked):
        version, _, rest = asked.partition("/")
        if version == ":latest-published" and rest == "files":
            return self.listed(seen, self.files if self.newest is None else self.newest)
        if asked == "9.0/files":
            return self.listed(seen, self.files)
        if asked == "9.0":
            return json_reply({"status": "OK", "data": self.record})
        return super().answer_version(seen, asked)

    def listed(self, seen, files):
        start, limit = int(seen.query["offset"]), int(seen.query["limit"])
        entries = [file.entry(self.ids(self.first_id + n)) for n, file in enumerate(files)]
        told = {"status": "OK", "data": self.page(entries, start, limit)}
        total = self.total(entries)
        return json_reply(told if total is None else told | {"totalCount": total})

    def answer_file(self, seen, token):
        file = self.files[int(seen.path.rpartition("/")[2]) - self.first_id]
        if not (self.originals if file.ingested else self.plain_as_original):
            seen.query.pop("format", None)
            if not file.ingested:
                return error_reply(404, "There is no original of it.")
        return super().answer_file(seen, token)
