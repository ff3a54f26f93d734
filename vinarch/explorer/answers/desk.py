"""Answer questions once, in threads of its own: a question in, a frame or an error to a listener.

One desk serves all readers. What several ask for is computed once, what nobody waits for any more
is given up, and what was answered last is kept up to a number of bytes.
"""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from vinarch.explorer.answers.tickets import Superseded, Ticket
from vinarch.task_progress import TaskProgress

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    import pandas as pd

    from vinarch.commons import Commons
    from vinarch.explorer.answers.tickets import Listener, Question

THREADS = 4
"""Questions worked on at a time; each may use all threads of Dask."""

KEPT_BYTES = 512 * 2**20
"""Frames kept for later."""


class Ask:
    """What a question may ask for its answer: the commons, other questions, and Dask's results."""

    def __init__(self, desk: Desk, work: _Work) -> None:
        self._desk = desk
        self._work = work

    @property
    def commons(self) -> Commons:
        """Return the commons of the explorer."""
        return self._desk.commons

    def __call__(self, question: Question) -> pd.DataFrame:
        """Return the answer of another question, which is not to be changed."""
        return self._desk.answer(question, self._work)

    def say(self, label: str, done: int = 0, total: int = 0) -> None:
        """Tell those who wait what is done now; give up where nobody waits.

        Raises
        ------
        Superseded
        """
        self._work.check()
        self._work.say(label, done, total)

    def compute(self, lazy: Any, label: str) -> Any:
        """Run a Dask graph, with progress; it stops when nobody waits any more."""
        with self.busy(label):
            return lazy.compute()

    @contextlib.contextmanager
    def busy(self, label: str) -> Iterator[None]:
        """Tell of the tasks of whatever Dask runs inside, one at a time for all readers.

        Dask's callbacks are those of the whole process, so two runs would hear of each other.
        """
        self._work.say(label)
        with self._desk.dask_lock:
            self._work.check()
            with TaskProgress(_OwnTasks(self._work), label):
                yield


class Desk:
    """Answer questions about one commons.

    Parameters
    ----------
    commons : Commons
    kept_bytes : int
        How much of what was answered is kept.
    """

    def __init__(self, commons: Commons, kept_bytes: int = KEPT_BYTES) -> None:
        self.commons = commons
        self.dask_lock = threading.Lock()
        self._kept_bytes = kept_bytes
        self._kept: OrderedDict[Hashable, tuple[pd.DataFrame, int]] = OrderedDict()
        self._going: dict[Hashable, _Going] = {}
        self._lock = threading.Lock()
        self._tickets: WeakSet[Ticket] = WeakSet()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="vinarch-explorer")

    def ask(self, question: Question, listener: Listener) -> Ticket:
        """Ask for an answer; the listener hears it in another thread, unless it withdraws."""
        ticket = Ticket(question, listener)
        with self._lock:
            self._tickets.add(ticket)
        self._pool.submit(self._serve, ticket)
        return ticket

    def known(self, question: Question) -> pd.DataFrame | None:
        """Return an answer that is here already; None where it must be asked for."""
        with self._lock:
            found = self._kept.get(question)
            if found is None:
                return None
            self._kept.move_to_end(question)
            return found[0]

    def answer_now(self, question: Question) -> pd.DataFrame:
        """Return an answer in this thread, which waits."""
        return self.answer(question, _Work(None))

    def close(self) -> None:
        """Take no more questions; whoever still waits hears nothing, and work stops soon.

        It returns when no thread works any more, so that none is left when the program ends.
        """
        with self._lock:
            tickets = tuple(self._tickets)
        for ticket in tickets:
            ticket.withdraw()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def answer(self, question: Question, work: _Work) -> pd.DataFrame:
        """Return an answer in this thread; what another thread works on is waited for."""
        while True:
            with self._lock:
                if question in self._kept:
                    self._kept.move_to_end(question)
                    return self._kept[question][0]
                going = self._going.get(question)
                mine = going is None
                if going is None:
                    going = self._going[question] = _Going()
                going.works.append(work)
            if mine:
                return self._work_out(question, going)
            try:
                return going.future.result()
            except Superseded:
                # Whoever worked on it gave up; this one still waits, and begins anew.
                work.check()

    def _serve(self, ticket: Ticket) -> None:
        if not ticket.wanted:
            return
        try:
            work = _Work(ticket)
            work.say(ticket.question.label)
            ticket.give(self.answer(ticket.question, work))
        except Superseded:
            return
        except BaseException as error:  # noqa: BLE001 - the listener tells it
            ticket.give(error)

    def _work_out(self, question: Question, going: _Going) -> pd.DataFrame:
        work = _Work(*going.works, shared=going)
        try:
            work.check()
            answer = question.answer(Ask(self, work))
        except BaseException as error:
            self._end(question)
            going.future.set_exception(error)
            raise
        self._keep(question, answer)
        self._end(question)
        going.future.set_result(answer)
        return answer

    def _end(self, question: Question) -> None:
        with self._lock:
            self._going.pop(question, None)

    def _keep(self, question: Question, answer: pd.DataFrame) -> None:
        size = int(answer.memory_usage(deep=True).sum())
        with self._lock:
            self._kept[question] = (answer, size)
            total = sum(bytes_of for _, bytes_of in self._kept.values())
            while total > self._kept_bytes and len(self._kept) > 1:
                _, (_, dropped) = self._kept.popitem(last=False)
                total -= dropped


class _Going:
    """A question that is being worked on, and for whom."""

    def __init__(self) -> None:
        self.future: Future[pd.DataFrame] = Future()
        self.works: list[_Work] = []


class _Work:
    """The work on a question: for whom it is done, so that it can be told of and given up."""

    def __init__(self, *of: Ticket | _Work | None, shared: _Going | None = None) -> None:
        self._of = of
        self._shared = shared

    @property
    def wanted(self) -> bool:
        """Tell whether somebody waits; work without a ticket is always wanted."""
        return any(one is None or one.wanted for one in self._for())

    def check(self) -> None:
        """Give up where nobody waits.

        Raises
        ------
        Superseded
        """
        if not self.wanted:
            raise Superseded

    def say(self, label: str, done: int = 0, total: int = 0) -> None:
        """Tell all who wait how far the work is."""
        for one in self._for():
            if isinstance(one, Ticket):
                one.tell(label, done, total)
            elif one is not None:
                one.say(label, done, total)

    def _for(self) -> tuple[Ticket | _Work | None, ...]:
        # Whoever joins later counts too.
        return self._of if self._shared is None else tuple(self._shared.works)


class _OwnTasks:
    """Hears of Dask's tasks in the thread that began the work, and of no other's."""

    def __init__(self, work: _Work) -> None:
        self._work = work
        self._thread = threading.get_ident()
        self._label = ""
        self._total = self._done = 0

    def say(self, message: str) -> None:
        """Do nothing: nothing here says anything."""

    def start(self, label: str, total: int, unit: str) -> None:  # noqa: ARG002 - tasks, always
        """Hear that a graph begins."""
        if threading.get_ident() == self._thread:
            self._label, self._total, self._done = label, total, 0
            self._work.say(label, 0, total)

    def advance(self, amount: int) -> None:
        """Hear that tasks are done; stop the graph where nobody waits."""
        if threading.get_ident() == self._thread:
            self._done += amount
            self._work.check()
            self._work.say(self._label, self._done, self._total)

    def finish(self) -> None:
        """Do nothing."""
