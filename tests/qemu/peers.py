"""Peers that are no QEMU: one that answers like it at no cost, and others that send what none should."""
import asyncio
import itertools
import json
import threading

GREETING = {"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": ""}, "capabilities": []}}
QMP_ANSWERS = {"query-status": {"status": "running", "running": True}, "query-block": [], "qom-list": [],
               "query-chardev": [], "query-jobs": []}  # fmt: skip
MEGABYTE = 1 << 20


def encode(message):
    return json.dumps(message).encode() + b"\r\n"


## QEMU and its guest's agent, as far as a machine in which nothing happens needs them

async def qmp(reader, writer, number=1):
    writer.write(encode(GREETING))
    while line := await reader.readline():
        request = json.loads(line)
        answer = QMP_ANSWERS.get(request["execute"], {})
        if request["execute"] == "query-cpus-fast":
            answer = [{"thread-id": number}]
        writer.write(encode({"return": answer, "id": request.get("id")}))


async def agent(reader, writer):
    while line := await reader.readline():
        request = json.loads(line.lstrip(b"\xff"))
        if request["execute"] == "guest-sync-delimited":
            writer.write(b"\xff" + encode({"return": request["arguments"]["id"]}))
        else:
            writer.write(encode({"return": []}))


## Bad ones

async def garbage(reader, writer):
    writer.write(bytes(range(256)) * 4096)
    await writer.drain()


async def long_line(reader, writer):
    """A message of 100 MB, which no line break ends."""
    writer.write(encode(GREETING))
    writer.write(b'{"return": "')
    for _ in range(100):
        writer.write(b"x" * MEGABYTE)
        await writer.drain()
    await reader.read()


async def deep(reader, writer):
    writer.write(encode(GREETING))
    writer.write(b'{"return": ' + b"[" * 100000)
    await reader.read()


async def silent(reader, writer):
    await reader.read()


async def slow(reader, writer):
    for byte in encode(GREETING):
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(1)


async def closing(reader, writer):
    pass


async def talking(reader, writer):
    """Events without end that nobody knows, and no answer."""
    writer.write(encode(GREETING))
    while True:
        writer.write(encode({"event": "X_" + "Y" * 1000, "timestamp": {"seconds": 1, "microseconds": 0}}) * 100)
        await writer.drain()
        await asyncio.sleep(0.05)


BAD = [garbage, long_line, deep, silent, slow, closing, talking]


class Peers:
    """Listens on ports of the loopback interface, in a thread of its own."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.numbers = itertools.count(1)
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def listen(self, behave, tls=None):
        """The port of a new server each of whose clients is treated so; with an SSLContext by TLS."""

        async def serve(reader, writer):
            try:
                await behave(reader, writer)
            except (ConnectionError, json.JSONDecodeError):
                pass
            finally:
                writer.close()

        async def start():
            server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=MEGABYTE, ssl=tls)
            return server.sockets[0].getsockname()[1]

        return asyncio.run_coroutine_threadsafe(start(), self.loop).result()

    def machine(self):
        """A machine that is quiet."""
        number = next(self.numbers)
        return Peer(self.listen(lambda reader, writer: qmp(reader, writer, number)), self.listen(agent))

    def close(self):
        async def cancel():
            tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(cancel(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


class Peer:
    """What a subscriber needs to know of a machine."""

    def __init__(self, qmp_port, agent_port=None, options=()):
        agent = [f"agent={agent_port}"] if agent_port else []
        self.address = ",".join([f"qemu:127.0.0.1:{qmp_port}", *agent, *options])
