"""As much of an IMAP server (RFC 3501) as Python's own client needs: one user, one folder, flags that stay."""

import re
import socketserver
from dataclasses import dataclass, field


@dataclass
class Mailbox:
    """What lies in the folder: number → e-mail, and which were seen."""

    mails: dict[int, bytes] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    said: list[str] = field(default_factory=list)

    def put(self, text: str) -> int:
        number = len(self.mails) + 101
        self.mails[number] = text.replace("\n", "\r\n").encode()
        return number


class ImapServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.box = Mailbox()
        self.url = f"imap://leads%40harborpoint.example:s%2Fecret@127.0.0.1:{self.server_address[1]}/Replies"


class _Session(socketserver.StreamRequestHandler):
    server: ImapServer

    def handle(self) -> None:
        self._say("* OK ready")
        while line := self.rfile.readline().decode().rstrip("\r\n"):
            tag, _, command = line.partition(" ")
            self.server.box.said.append(command)
            words = command.split(" ")
            verb = " ".join(words[:2]) if words[0] == "UID" else words[0]
            answer = getattr(self, "_" + verb.replace(" ", "_").lower())(command)
            self._say(f"{tag} {answer}")
            if verb == "LOGOUT":
                return

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def _capability(self, command: str) -> str:
        self._say("* CAPABILITY IMAP4rev1")
        return "OK done"

    def _login(self, command: str) -> str:
        return "OK in" if command == 'LOGIN leads@harborpoint.example "s/ecret"' else "NO who are you"

    def _select(self, command: str) -> str:
        if command != 'SELECT "Replies"':
            return "NO no such folder"
        self._say(f"* {len(self.server.box.mails)} EXISTS")
        return "OK [READ-WRITE] chosen"

    def _uid_search(self, command: str) -> str:
        unseen = [str(number) for number in self.server.box.mails if number not in self.server.box.seen]
        self._say(" ".join(["* SEARCH", *unseen]))
        return "OK found"

    def _uid_fetch(self, command: str) -> str:
        number = int(command.split(" ")[2])
        assert "BODY.PEEK[]" in command  # fetching it does not mark it
        raw = self.server.box.mails[number][: int(re.search(r"<0\.(\d+)>", command)[1])]
        self.wfile.write(f"* 1 FETCH (UID {number} BODY[]<0> {{{len(raw)}}}\r\n".encode() + raw + b")\r\n")
        return "OK fetched"

    def _uid_store(self, command: str) -> str:
        words = command.split(" ")
        assert words[3:] == ["+FLAGS.SILENT", r"(\Seen)"]
        self.server.box.seen.add(int(words[2]))
        return "OK stored"

    def _close(self, command: str) -> str:
        return "OK closed"

    def _logout(self, command: str) -> str:
        self._say("* BYE")
        return "OK bye"
