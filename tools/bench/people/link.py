# SPDX-License-Identifier: GPL-3.0-or-later
"""A slow line between client and server, as a forwarder in user space: all connections share one
rate on the way up, and every byte, and every new connection, takes the line's time each way."""

import asyncio
import contextlib
import socket
import threading
import time

PIECE = 8192
# Data in the kernel's buffers are not on the line yet, so the buffers are small.
BUFFER = 65536
# How long the line may be idle without losing that time, because this program sometimes wakes late.
CREDIT = 0.02


class SlowLink:
    def __init__(self, host, port, bits_per_second, round_trip):
        self.target = (host, port)
        self.rate = bits_per_second / 8
        self.delay = round_trip / 2
        self.free_at = 0.0
        self.loop = asyncio.new_event_loop()
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        listener.bind(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        self.loop.run_until_complete(asyncio.start_server(self._serve, sock=listener, limit=PIECE))
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    async def _serve(self, reader, writer):
        await asyncio.sleep(2 * self.delay)  # the handshake
        try:
            far_reader, far_writer = await asyncio.open_connection(*self.target)
        except OSError:
            writer.close()
            return
        with contextlib.suppress(asyncio.CancelledError):  # the end, of which the server complains
            await asyncio.gather(self._carry(reader, far_writer, shared=True),
                                 self._carry(far_reader, writer, shared=False))

    async def _carry(self, reader, writer, shared):
        """Reads no faster than the line takes it, and hands each piece on when it has arrived."""
        on_the_line = asyncio.Queue()
        deliver = asyncio.create_task(self._deliver(on_the_line, writer))
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(PIECE):
                sent = await self._take_turn(len(data)) if shared else time.monotonic()
                on_the_line.put_nowait((sent + self.delay, data))
        on_the_line.put_nowait((time.monotonic() + self.delay, b""))
        await deliver

    async def _take_turn(self, size):
        now = time.monotonic()
        self.free_at = max(now - CREDIT, self.free_at) + size / self.rate
        sent = self.free_at
        await asyncio.sleep(max(0.0, sent - now))
        return sent

    async def _deliver(self, on_the_line, writer):
        with contextlib.suppress(ConnectionError, OSError, RuntimeError):
            while True:
                due, data = await on_the_line.get()
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                if not data:
                    break
                writer.write(data)
                await writer.drain()
            if writer.can_write_eof():
                writer.write_eof()

    def close(self):
        asyncio.run_coroutine_threadsafe(self._end_all(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    @staticmethod
    async def _end_all():
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def bare_stream(size, bits_per_second, round_trip):
    """Seconds that one TCP stream needs for so many bytes over such a line, up to the last byte's
    acknowledgement by the receiver."""
    receiver = socket.create_server(("127.0.0.1", 0))
    link = SlowLink("127.0.0.1", receiver.getsockname()[1], bits_per_second, round_trip)

    def receive():
        connection, _ = receiver.accept()
        with connection:
            left = size
            while left > 0:
                left -= len(connection.recv(1 << 16))
            connection.sendall(b"!")

    thread = threading.Thread(target=receive)
    thread.start()
    begin = time.monotonic()
    with socket.create_connection(("127.0.0.1", link.port)) as sender:
        sender.sendall(bytes(size))
        sender.recv(1)
    seconds = time.monotonic() - begin
    thread.join()
    receiver.close()
    link.close()
    return seconds
