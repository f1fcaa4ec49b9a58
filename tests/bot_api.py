"""A Bot API server of our own: what Wegwijs uses of Telegram, with its offsets, refusals and moods."""

import asyncio
import contextlib
import json
import re
import socket
import time
from collections import defaultdict
from itertools import count

import httpx
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

TOKEN = "1234:test"
SECRET = "a-secret_of-1234"
ME = {"id": 1234, "is_bot": True, "first_name": "Wegwijs", "username": "wegwijs_bot"}


class Refusal(Exception):
    """What Telegram answers when it will not."""

    def __init__(self, code, description, **parameters):
        super().__init__(description)
        self.code, self.parameters = code, parameters


class FakeBotApi:
    """Holds what residents send until the bot confirms it, and what the bot sent."""

    def __init__(self):
        self.queue = []  # updates that were not confirmed
        self.messages = []  # what stands in the chats, of the bot only
        self.calls = []
        self.taken = set()  # ids of taps that were answered
        self.blocked = set()  # chats
        self.refusals = defaultdict(list)
        self.delays = defaultdict(float)
        self.webhook = ""
        self.secret = ""
        self.brought = []  # (update_id, status) of what was brought to the webhook
        self.menus = {}  # (scope, language) -> commands
        self.allowed = []
        self._numbers = count(1)
        self._changed = asyncio.Condition()
        self._poll = 0
        self._port = 0
        self._bringing = None

    # ------------------------------------------------------------ what residents do

    async def types(self, text, chat=42, kind="private", **fields):
        entities = [
            {"type": name, "offset": text.index(word), "length": len(word)}
            for word in text.split()
            for name, sign in (("bot_command", "/"), ("mention", "@"))
            if word.startswith(sign)
        ]
        return await self.sends(chat, kind, text=text, **({"entities": entities} if entities else {}), **fields)

    async def sends(self, chat=42, kind="private", **content):
        return await self._push("message", self._message(chat, kind, _person(chat), **content))

    async def edits(self, text, message, chat=42):
        edited = self._message(chat, "private", _person(chat), text=text, edit_date=int(time.time()))
        return await self._push("edited_message", {**edited, "message_id": message})

    async def taps(self, title, chat=42):
        """Tap the newest button with this title."""
        message, data = next(
            (message, button["callback_data"])
            for message in reversed(self.messages)
            for row in message.get("reply_markup", {}).get("inline_keyboard", [])
            for button in row
            if message["chat"]["id"] == chat and button["text"] == title
        )
        tap = {"id": str(next(self._numbers)), "chat_instance": str(chat), "data": data}
        return await self._push("callback_query", {**tap, "from": _person(chat), "message": message})

    async def comes_again(self, update):
        """Put an update back, as if the bot had not confirmed it."""
        async with self._changed:
            self.queue.insert(0, update)
            self._changed.notify_all()

    # ------------------------------------------------------------ what tests see and decide

    def refuse(self, method, code, description="refused", times=1, when=None, **parameters):
        """Refuse the next calls of a method, or the next for which `when` holds."""
        self.refusals[method] += [(when or (lambda _: True), Refusal(code, description, **parameters))] * times

    def said(self, chat=42):
        return [message["text"] for message in self.messages if message["chat"]["id"] == chat]

    def buttons(self, chat=42):
        rows = [
            row
            for message in self.messages
            for row in message.get("reply_markup", {}).get("inline_keyboard", [])
            if message["chat"]["id"] == chat
        ]
        assert all(len(row) == 1 for row in rows)
        return [button["text"] for [button] in rows]

    def taken_away(self):
        """Return the numbers of messages that the bot asked to delete."""
        return {number for method, given in self.calls if method == "deleteMessages" for number in given["message_ids"]}

    async def until(self, holds, seconds=20):
        """Wait until something holds that can change with a call."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(holds)

    async def hears(self, number, chat=42, seconds=10):
        """Wait until the bot said this many messages in a chat, and return them."""
        await self.until(lambda: len(self.said(chat)) >= number, seconds)
        return self.said(chat)

    # ------------------------------------------------------------ the methods of the Bot API

    async def getMe(self, given):  # noqa: N802
        return ME

    async def getUpdates(self, given):  # noqa: N802
        if self.webhook:
            raise Refusal(409, "Conflict: can't use getUpdates method while webhook is active")
        self._poll = poll = next(self._numbers)
        self.allowed = given.get("allowed_updates", self.allowed)
        offset, limit = int(given.get("offset", 0)), int(given.get("limit", 100))
        async with self._changed:
            self.queue = [update for update in self.queue if update["update_id"] >= offset]
            self._changed.notify_all()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(float(given.get("timeout", 0))):
                    await self._changed.wait_for(lambda: self._allowed() or self._poll != poll)
            if self._poll != poll:
                raise Refusal(409, "Conflict: terminated by other getUpdates request")
            return self._allowed()[:limit]

    async def sendMessage(self, given):  # noqa: N802
        chat, text = int(given["chat_id"]), given.get("text", "")
        if chat in self.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        if not text.strip():
            raise Refusal(400, "Bad Request: message text is empty")
        if len(text) > 4096:
            raise Refusal(400, "Bad Request: message is too long")
        markup = given.get("reply_markup")
        for [button] in (markup or {}).get("inline_keyboard", []):
            if not 1 <= len(button["callback_data"].encode()) <= 64:
                raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")
        extra = {"reply_markup": markup} if markup else {}
        message = self._message(chat, "private" if chat > 0 else "group", ME, text=text, **extra)
        self.messages.append(message)
        return message

    async def answerCallbackQuery(self, given):  # noqa: N802
        if given["callback_query_id"] in self.taken:
            raise Refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        self.taken.add(given["callback_query_id"])
        return True

    async def editMessageReplyMarkup(self, given):  # noqa: N802
        message = self._find(given)
        if message.get("reply_markup") == given.get("reply_markup"):
            raise Refusal(400, "Bad Request: message is not modified")
        message.pop("reply_markup")
        return message

    async def deleteMessage(self, given):  # noqa: N802
        message = self._find(given)
        if not _is_young(message):
            raise Refusal(400, "Bad Request: message can't be deleted for everyone")
        self.messages.remove(message)
        return True

    async def deleteMessages(self, given):  # noqa: N802
        chat, numbers = int(given["chat_id"]), given["message_ids"]
        if not 1 <= len(numbers) <= 100:
            raise Refusal(400, "Bad Request: message identifiers are not specified, or too many")
        found = [one for one in self.messages if one["chat"]["id"] == chat and one["message_id"] in numbers]
        if not all(map(_is_young, found)):
            raise Refusal(400, "Bad Request: message can't be deleted for everyone")
        for message in found:  # those that are not there are passed by
            self.messages.remove(message)
        return True

    async def setMyCommands(self, given):  # noqa: N802
        commands, language = given["commands"], given.get("language_code", "")
        if not all(re.fullmatch("[a-z0-9_]{1,32}", one["command"]) for one in commands):
            raise Refusal(400, "Bad Request: BOT_COMMAND_INVALID")
        if not all(1 <= len(one["description"]) <= 256 for one in commands):
            raise Refusal(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
        if not re.fullmatch("([a-z]{2})?", language):
            raise Refusal(400, "Bad Request: invalid language code specified")
        self.menus[given.get("scope", {"type": "default"})["type"], language] = commands
        return True

    async def setWebhook(self, given):  # noqa: N802
        if not re.fullmatch("[A-Za-z0-9_-]{0,256}", given.get("secret_token", "")):
            raise Refusal(400, "Bad Request: secret token contains unallowed characters")
        await self._leave_webhook()
        self.webhook, self.secret = given["url"], given.get("secret_token", "")
        self.allowed = given.get("allowed_updates", self.allowed)
        if self.webhook:
            self._bringing = asyncio.create_task(self._bring())
        return True

    async def deleteWebhook(self, given):  # noqa: N802
        await self._leave_webhook()
        self.webhook = ""
        return True

    async def _bring(self):
        """Bring each update to the webhook, again and again until it says that it has it."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.secret} if self.secret else {}
        async with httpx.AsyncClient(headers=headers) as client:
            while True:
                async with self._changed:
                    await self._changed.wait_for(self._allowed)
                [update, *_] = self._allowed()
                status = await self._brought(client, update)
                async with self._changed:
                    self.brought.append((update["update_id"], status))
                    if status == 200:
                        self.queue.remove(update)
                    self._changed.notify_all()
                if status != 200:
                    await asyncio.sleep(0.05)

    async def _brought(self, client, update):
        try:
            return (await client.post(self.webhook, json=update)).status_code
        except httpx.TransportError:
            return 0

    async def _leave_webhook(self):
        if self._bringing:
            self._bringing.cancel()
            await asyncio.gather(self._bringing, return_exceptions=True)
            self._bringing = None

    # ------------------------------------------------------------ underneath

    @property
    def url(self):
        return f"http://127.0.0.1:{self._port}"

    async def start(self):
        """Listen, on the same port as before when there was one."""
        self._port = free_port(self._port)
        app = FastAPI()
        app.add_api_route("/bot{token}/{method}", self._called, methods=["GET", "POST"])
        self._server = Server(app, self._port)
        await self._server.start()
        if self.webhook:
            self._bringing = asyncio.create_task(self._bring())

    async def stop(self):
        """Fall silent, in the middle of whatever is asked."""
        await self._leave_webhook()
        await self._server.stop()

    async def _called(self, token: str, method: str, request: Request) -> JSONResponse:
        given = {key: _value(value) for key, value in (await request.form()).items()}
        given |= dict(request.query_params)
        try:
            result = await self._result(token, method, given)
        except Refusal as no:
            answer = {"ok": False, "error_code": no.code, "description": str(no)}
            return JSONResponse(answer | ({"parameters": no.parameters} if no.parameters else {}), no.code)
        finally:
            async with self._changed:
                self.calls.append((method, given))
                self._changed.notify_all()
        return JSONResponse({"ok": True, "result": result})

    async def _result(self, token, method, given):
        await asyncio.sleep(self.delays[method])
        if token != TOKEN:
            raise Refusal(401, "Unauthorized")
        if self.refusals[method] and self.refusals[method][0][0](given):
            raise self.refusals[method].pop(0)[1]
        if method not in METHODS:
            raise Refusal(404, "Not Found")
        return await getattr(self, method)(given)

    async def _push(self, kind, content):
        update = {"update_id": next(self._numbers), kind: content}
        async with self._changed:
            self.queue.append(update)
            self._changed.notify_all()
        return update

    def _allowed(self):
        return [update for update in self.queue if not self.allowed or set(self.allowed) & set(update)]

    def _message(self, chat, kind, sender, **content):
        where = {"id": chat, "type": kind}
        return {
            "message_id": next(self._numbers),
            "date": int(time.time()),
            "chat": where,
            "from": sender,
            **content,
        }

    def _find(self, given):
        wanted = int(given["chat_id"]), int(given["message_id"])
        for message in self.messages:
            if (message["chat"]["id"], message["message_id"]) == wanted:
                return message
        raise Refusal(400, "Bad Request: message not found")


METHODS = {name for name in vars(FakeBotApi) if name.startswith(("get", "send", "answer", "edit", "delete", "set"))}


class Server:
    """Serves an application on a port."""

    def __init__(self, app, port, lifespan="off"):
        config = uvicorn.Config(app, port=port, log_level="error", lifespan=lifespan, timeout_graceful_shutdown=0)
        self._server = uvicorn.Server(config)
        self._server.install_signal_handlers = lambda: None

    async def start(self):
        self._serving = asyncio.create_task(self._server._serve())
        while not self._server.started:  # noqa: ASYNC110 -- uvicorn has no event for it
            await asyncio.sleep(0.01)

    async def stop(self):
        self._server.should_exit = True
        await self._serving


def free_port(wanted=0):
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", wanted))
        return free.getsockname()[1]


def _is_young(message):
    return time.time() - message["date"] < 48 * 60 * 60


def _person(chat):
    return {"id": abs(chat), "is_bot": False, "first_name": "Anna", "language_code": "nl"}


def _value(text):
    """Read a field of a form: text, or JSON where that is what a client sends for lists and objects."""
    return json.loads(text) if text[:1] in ("[", "{") else text
