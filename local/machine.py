"""A whole province on one machine: database, hotline, worker and simulator, started and ended together."""

from __future__ import annotations

import importlib
import json
import logging
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from local import options as settings_of
from local.clock import ZONE, SimulatedClock
from local.demo import DAYS
from local.options import Options, WrongOption

log = logging.getLogger("local")

SAVE_SECONDS = 1
FAR = timedelta(days=3650)
LOOK_AT = (
    50  # rows of the outbox whose times are compared: they come in the order of an index that may lag behind
)


class Ended(Exception):
    """Somebody asked to end while it was starting."""


class Machine:
    """One running province."""

    def __init__(self, options: Options, *, is_ending: Callable[[], bool] = lambda: False) -> None:
        """
        Args:
            options: What to run.
            is_ending: Whether somebody asked to end; a start or a jump under way then breaks off.
        """
        self.options = options
        self.late = ""
        """What to tell a person who asked for a START that an earlier run has passed; mostly empty."""
        self._is_ending = is_ending
        self._endings: list[Callable[[], None]] = []
        self._stopping = threading.Event()
        self._saving = threading.Lock()

    def start(self) -> None:
        """
        Start everything.

        Raises:
            WrongOption: A port is taken, or the engine asked for cannot run here.
            Ended: Somebody asked to end meanwhile; what was started is for `stop` to end.
        """
        options = self.options
        for name, port in (("PORT", options.port), ("SIM_PORT", options.sim_port)):
            _check_port(name, port)
        self.folder = self._state_folder()
        endpoint = self._start_engine()
        from local.client_system import with_client
        from local.database import create_tables
        from packs.reading import read_data

        pack = with_client(read_data(options.province))
        self._unless_ending()
        tables = create_tables(endpoint, options.province)
        settings_of.apply(
            settings_of.settings_for(
                options, endpoint=endpoint, files=self.folder / "files", tables=tables, pack=pack
            )
        )
        self.clock = SimulatedClock(self._begin_at())
        self._unless_ending()
        self._open_hotline(pack)
        self._unless_ending()
        self._open_simulator(endpoint, tables, pack)
        self._serve("hotline", options.port, self._hotline_server)
        self._serve("simulator", options.sim_port, self._simulator)
        if self.begins_at > self.clock.now() and self.resumed:
            log.info("from %s on to %s …", self.clock.now().isoformat(" ", "minutes"), options.start)
            self.worker.jump(self.begins_at)
            self._unless_ending()
        self.worker.start()
        self._endings.append(self.worker.stop)
        threading.Thread(target=self._save_now_and_then, name="state", daemon=True).start()

    def stop(self) -> None:
        """End everything, the last thing started first. May be called twice."""
        self._stopping.set()
        while self._endings:
            end = self._endings.pop()
            try:
                end()
            except Exception:
                log.exception("could not be ended")
        if hasattr(self, "worker"):
            self._save()  # last: a jump that broke off has come to rest

    # -- the parts --------------------------------------------------------------------------------------

    def _state_folder(self) -> Path:
        if self.options.engine == "local":
            folder = self.options.folder / self.options.province
            folder.mkdir(parents=True, exist_ok=True)
            return folder
        folder = Path(tempfile.mkdtemp(prefix="hotline-1022-"))
        self._endings.append(lambda: shutil.rmtree(folder, ignore_errors=True))
        return folder

    def _start_engine(self) -> str:
        from local.database import EngineMissing, start_dynamodb_local, start_moto_server

        if self.options.engine == "moto":
            endpoint, stop = start_moto_server()
        else:
            try:
                endpoint, stop = start_dynamodb_local(self.folder / "database")
            except EngineMissing as error:
                raise WrongOption(f"DYNAMODB=local: {error}") from error
        self._endings.append(stop)
        return endpoint

    def _unless_ending(self) -> None:
        if self._is_ending():
            raise Ended

    def _begin_at(self) -> datetime:
        """
        Return where the clock begins to run: where an earlier run kept here stopped, else what was asked for.

        A later START is reached by a jump, so that what falls due before it happens; an earlier one cannot be.
        """
        state, asked = self._state(), self.options.start
        self.resumed = "now" in state
        self.begins_at = asked or datetime.now(ZONE)
        if not self.resumed:
            return self.begins_at - timedelta(days=DAYS) if self.options.demo else self.begins_at
        reached = datetime.fromisoformat(state["now"])
        if asked is not None and asked < reached:
            self.late = (
                f"START={asked.isoformat(timespec='minutes')} has passed: the run kept in {self.folder} had reached "
                f"{reached.isoformat(timespec='minutes')}, and the clock goes on from there. "
                "To begin anew, remove that folder or name another one with LOCAL_FOLDER=…"
            )
            log.warning(self.late)
        self.begins_at = reached if asked is None else max(asked, reached)
        return reached

    def _open_hotline(self, pack: dict[str, Any]) -> None:
        from chalicelib import wiring
        from infra.container.gateway import HotlineServer

        wiring.set_clock(self.clock.now)
        version = wiring.directory_store().publish(pack, now=self.clock.now())
        log.info("published %s as %s", self.options.province, version)
        self.hotline = importlib.import_module("app")
        self._hotline_server = HotlineServer(self.hotline.app, after_request=lambda: self.worker.nudge())

    def _open_simulator(self, endpoint: str, tables: dict[str, str], pack: dict[str, Any]) -> None:
        from chalicelib import settings, wiring
        from infra.container.schedule import schedules_of
        from infra.container.streams import reader_of
        from local.outbox_view import outbox_rows
        from local.senders import Handlers
        from local.simulator.api import Api
        from local.simulator.calls_api import CallsApi
        from local.simulator.delivered import Delivered, Faults
        from local.simulator.file_door import FileDoor
        from local.simulator.phone_line import PhoneLine
        from local.simulator.ses_api import SesApi
        from local.simulator.transcribe_api import TranscribeApi
        from local.simulator.twilio_api import TwilioApi
        from local.simulator.voice_api import VoiceApi
        from local.simulator.web import build
        from local.worker import Worker

        delivered = Delivered(self.clock.now, self.folder / "people", lasting=self.options.engine == "local")
        faults = Faults()
        twilio = TwilioApi(delivered, faults)
        line = PhoneLine(delivered)
        handlers = Handlers(self.hotline, self.clock, faults)
        places = self._state().get("streams", {})
        self._streams = [
            reader_of(
                tables[table],
                _stream_handler(handlers.call, handler),
                endpoint=endpoint,
                region=settings.region(),
                places=places.get(table, {}),
            )
            for table, handler in (("cases", "count_cases"), ("outbox", "send_outbox"))
        ]
        self.worker = Worker(
            clock=self.clock,
            schedules=schedules_of(self.hotline.app),
            invoke=handlers.call,
            streams=self._streams,
            post_reports=lambda: twilio.post_reports() + line.tick(),
            earliest_due=self._earliest_due,
            streams_on=lambda: faults.stream == "on",
            written=_writes_of_this_process(),
            is_ending=self._is_ending,
        )
        province = pack["province"]
        self.delivered = delivered
        self.desk = str(province["desk"]["email"])
        about = {
            "province": self.options.province,
            "names": province["names"],
            "number": province["number"],
            "sms_sender": settings.sms_sender(),
            "hotline": self.options.hotline,
            "simulator": self.options.simulator,
            "engine": self.options.engine,
            "version": pack["version"],
        }

        def receive_email(event: dict[str, Any]) -> Any:
            try:
                return handlers.call("receive_email", event)
            except Exception as error:
                log.exception("receive_email failed")
                return {"error": type(error).__name__}
            finally:
                self.worker.nudge()

        api = Api(
            delivered=delivered,
            faults=faults,
            worker=self.worker,
            address=self.options.simulator,
            put_file=lambda key, content, kind: wiring.files().put(key, content, kind),
            receive_email=receive_email,
            read_outbox=lambda: outbox_rows(endpoint, tables["outbox"]),
            about=about,
        )
        self._simulator = build(
            api,
            twilio,
            SesApi(delivered, faults),
            VoiceApi(line, faults),
            CallsApi(line, self.worker.nudge),
            TranscribeApi(
                words=lambda recording: line.words.get(recording, ""),
                put_file=lambda key, content, kind: wiring.recordings().put(key, content, kind),
            ),
            FileDoor(
                {"": wiring.files(), "recordings/": wiring.recordings()},
                origin=self.options.hotline,
                stored=self.worker.nudge,
            ),
        )

    def _earliest_due(self) -> datetime | None:
        from chalicelib import wiring
        from local.worker import first_of

        far = self.clock.now() + FAR
        messages = wiring.outbox_store().due(far, limit=LOOK_AT)
        codes = wiring.case_store().wake_due(far, limit=1)
        cases = wiring.case_store().heads(codes) if codes else []
        return first_of([*(message.due_at for message in messages), *(case.wake_at for case in cases)])

    def _serve(self, name: str, port: int, application: Any) -> None:
        server: BaseWSGIServer = make_server(
            "127.0.0.1", port, application, threaded=True, request_handler=_Quiet
        )
        server.daemon_threads = True  # type: ignore[attr-defined]  # an open connection must not hold us
        thread = threading.Thread(target=server.serve_forever, name=name, daemon=True)
        thread.start()

        def end() -> None:
            server.shutdown()
            server.server_close()
            thread.join(timeout=5)

        self._endings.append(end)

    # -- what outlives a run ----------------------------------------------------------------------------

    def _state(self) -> dict[str, Any]:
        path = self.folder / "state.json"
        return dict(json.loads(path.read_text())) if path.exists() else {}

    def _save(self) -> None:
        if self.options.engine != "local":
            return
        with self._saving:
            self._write_state()

    def _write_state(self) -> None:
        state = {
            "now": self.clock.now().isoformat(),
            "streams": {
                table: dict(stream.places)
                for table, stream in zip(("cases", "outbox"), self._streams, strict=True)
            },
        }
        part = self.folder / "state.json.part"
        part.write_text(json.dumps(state))
        part.replace(self.folder / "state.json")

    def _save_now_and_then(self) -> None:
        while not self._stopping.wait(SAVE_SECONDS):
            self._save()


class _Quiet(WSGIRequestHandler):
    """Keeps connections open; the hotline writes its own line a request, without what a person typed."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def _writes_of_this_process() -> Callable[[], bool]:
    """Return a function that tells whether the hotline has written since it was asked last."""
    from chalicelib.storage.connection import connection

    written = threading.Event()
    for operation in ("TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"):
        connection().client.meta.events.register(
            f"after-call.dynamodb.{operation}", lambda **_: written.set()
        )

    def ask() -> bool:
        was = written.is_set()
        written.clear()
        return was

    return ask


def _stream_handler(call: Callable[[str, dict[str, Any]], Any], name: str) -> Callable[[dict[str, Any]], Any]:
    return lambda event: call(name, event)


def _check_port(name: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise WrongOption(
                f"Port {port} is taken; end what runs there or choose another one: make run {name}=…"
            ) from error
