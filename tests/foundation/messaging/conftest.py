"""Stand-ins for group robots and mail: they refuse, delay and cut, on the loopback only."""

import json
import socketserver
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


class RobotStandIn(ThreadingHTTPServer):
    """Answers with ``answers`` in turn (status, headers, body; ``None`` cuts the line,
    ``"delay"`` says nothing until ``released``)."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), RobotHandler)
        self.answers, self.received = [], []
        self.released = threading.Event()

    @property
    def netloc(self):
        return f"127.0.0.1:{self.server_port}"


class RobotHandler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, json.loads(body)))
        answer = self.server.answers.pop(0)
        if answer == "delay":
            self.server.released.wait(20)
            return
        if answer is None:
            self.connection.close()
            return
        status, headers, text = answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *args):
        """Keep the tests quiet."""


class MailHandler(socketserver.StreamRequestHandler):
    """Just enough SMTP; answers RCPT with the server's ``verdict``."""

    def handle(self):
        self.reply("220 stand-in")
        while line := self.rfile.readline().decode().strip():
            verb = line[:4].upper()
            if verb == "RCPT" and self.server.verdict == "cut":
                return
            if verb == "RCPT" and self.server.verdict == "delay":
                self.server.released.wait(20)
                return
            if verb == "RCPT":
                self.reply(self.server.verdict)
            elif verb == "DATA":
                self.reply("354 go on")
                self.server.mails.append(self.read_mail())
                self.reply("250 taken")
            elif verb == "QUIT":
                self.reply("221 bye")
                return
            else:
                self.reply("250 ok")

    def reply(self, text):
        self.wfile.write(f"{text}\r\n".encode())

    def read_mail(self):
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        return b"".join(lines).decode()


@pytest.fixture
def robot_server(settings):
    with RobotStandIn() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        settings.ROBOT_HOSTS = [server.netloc]
        yield server
        server.released.set()
        server.shutdown()


@pytest.fixture
def mail_server(settings):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), MailHandler) as server:
        server.verdict, server.mails = "250 ok", []
        server.released = threading.Event()
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        settings.MAIL_SERVER = {
            "host": "127.0.0.1",
            "port": server.server_address[1],
            "sender": "anxiao@example.org",
            "tls": False,
        }
        yield server
        server.released.set()
        server.shutdown()
