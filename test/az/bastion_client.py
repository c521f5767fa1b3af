"""The client half of `az network bastion tunnel`, as the extension 1.4.2 behaves on the wire.

One HTTP answer or frame after the other is printed as a line of JSON; `bastion.az.ts` reads them. Needs requests and
websocket-client, which azure-cli brings. REQUESTS_CA_BUNDLE and WEBSOCKET_CLIENT_CA_BUNDLE name the CA, as for az.
"""
import json
import os
import ssl
import sys

import requests
import websocket

endpoint, resource_id, port, az_token, server_name, bearer = sys.argv[1:7]
FRAME_BYTES = 4096


def say(**facts):
    print(json.dumps(facts), flush=True)


def ask_token(target=resource_id, known=None, **changes):
    form = {"resourceId": target, "protocol": "tcptunnel", "workloadHostPort": port, "aztoken": az_token}
    headers = {}
    if known:
        form["token"] = known["authToken"]
        headers["X-Node-Id"] = known["nodeId"]
    form.update(changes)
    answer = requests.post(f"https://{endpoint}/api/tokens", data=form, headers=headers)
    return answer.status_code, answer.json()


def dial(grant):
    url = f"wss://{endpoint}/webtunnelv2/{grant['websocketToken']}?X-Node-Id={grant['nodeId']}"
    # The extension compresses nothing and names no subprotocol.
    return websocket.create_connection(url, sockopt=((6, 1, 1),), enable_multithread=True)


def refused(grant):
    try:
        dial(grant).close()
        return 101
    except websocket.WebSocketBadStatusException as error:
        return error.status_code


def delete(grant):
    return requests.delete(
        f"https://{endpoint}/api/tokens/{grant['authToken']}", headers={"X-Node-Id": grant["nodeId"]}
    ).status_code


class Tunnel:
    """TLS through the WebSocket, one binary message of at most 4096 bytes per write, as the extension sends them."""

    def __init__(self, grant):
        self.socket = dial(grant)
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = ssl.create_default_context(cafile=os.environ["REQUESTS_CA_BUNDLE"])
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_hostname=server_name)
        self.frames, self.empty_or_text = 0, 0
        self.run(self.tls.do_handshake)

    def flush(self):
        while self.outgoing.pending:
            self.socket.send_binary(self.outgoing.read(FRAME_BYTES))

    def run(self, work):
        while True:
            try:
                result = work()
                self.flush()
                return result
            except ssl.SSLWantReadError:
                self.flush()
                opcode, data = self.socket.recv_data()
                if opcode == websocket.ABNF.OPCODE_CLOSE:
                    return b""
                self.frames += 1
                if opcode != websocket.ABNF.OPCODE_BINARY or not data:
                    self.empty_or_text += 1
                self.incoming.write(data)

    def ask(self, method, path, body=b"", kind="application/json"):
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {server_name}\r\nAuthorization: Bearer {bearer}\r\n"
            f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        request = memoryview(head.encode() + body)
        while request:
            sent = self.run(lambda: self.tls.write(request[:16384]))
            request = request[sent:]
        answer = b""
        while True:
            try:
                data = self.run(lambda: self.tls.read(65536))
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                break
            if not data:
                break
            answer += data
        return int(answer.split(b" ", 2)[1]), answer


status, grant = ask_token()
say(step="token", status=status, names=sorted(grant))
tunnel = Tunnel(grant)
code, answer = tunnel.ask("GET", "/api/v1/namespaces")
say(step="first request", status=code, found=b"kube-system" in answer)
say(step="token used again", status=refused(grant))
tunnel.socket.close()

status, second = ask_token(known=grant)
say(step="token with the session known", status=status, fresh=second["websocketToken"] != grant["websocketToken"])
tunnel = Tunnel(second)
payload = "x" * 900_000
body = json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "wire"}, "data": {"a": payload}})
code, _ = tunnel.ask("POST", "/api/v1/namespaces/default/configmaps", body.encode())
say(step="large body up", status=code)
status, third = ask_token(known=second)
tunnel = Tunnel(third)
code, answer = tunnel.ask("GET", "/api/v1/namespaces/default/configmaps/wire")
say(step="large body down", status=code, whole=payload.encode() in answer, bad_frames=tunnel.empty_or_text)

status, unused = ask_token()
say(step="delete", status=delete(unused))
say(step="delete again", status=delete(unused))
say(step="token of a deleted session", status=refused(unused))
say(step="unknown token", status=refused({"websocketToken": "nonsense", "nodeId": "n"}))
status, stray = ask_token(target=resource_id + "$")
say(step="stray $", status=status)
for step, changes in {
    "bad azure token": {"aztoken": "nonsense"},
    "no azure token": {"aztoken": ""},
    "other port": {"workloadHostPort": "22"},
    "no port": {"workloadHostPort": "x"},
    "other protocol": {"protocol": "rdp"},
    "missing target": {"resourceId": resource_id + "x"},
}.items():
    status, answer = ask_token(**changes)
    say(step=step, status=status, message=answer.get("message"))
