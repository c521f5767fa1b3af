"""Uploads of the Python clients that people use, on kept connections: 300 bodies of 60 kB to 5 MB by each.

Usage: uploads.py URL TOKEN CAFILE. The body is no group that can be: what arrived whole is a 400 about its tag."""
import http.client
import json
import ssl
import sys
import urllib.parse

import requests
import urllib3

url, token, ca_file = sys.argv[1:4]
parts = urllib.parse.urlsplit(url)
target = parts.path + "?" + parts.query
headers = {"authorization": "Bearer " + token, "content-type": "application/json"}
sizes = [5_000_000 if i % 25 == 0 else 60_000 + i * 3_000 for i in range(300)]
connection = http.client.HTTPSConnection(parts.hostname, parts.port, context=ssl.create_default_context(cafile=ca_file))
pool = urllib3.PoolManager(ca_certs=ca_file)
session = requests.Session()
# An environment of this machine may name other certificates.
session.trust_env = False
session.verify = ca_file


def by_http_client(body):
    connection.request("PUT", target, body, headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


def by_urllib3(body):
    answer = pool.request("PUT", url, body=body, headers=headers, retries=False)
    return answer.status, answer.data


def by_requests(body):
    answer = session.put(url, data=body, headers=headers)
    return answer.status_code, answer.content


for upload in (by_http_client, by_urllib3, by_requests):
    for size in sizes:
        body = b'{"location":"eastus","tags":{"a":"' + b"u" * size + b'"}}'
        status, text = upload(body)
        wanted = (413, "RequestEntityTooLarge") if len(body) > 4 * 1024 * 1024 else (400, "InvalidTag")
        code = json.loads(text)["error"]["code"]
        if (status, code) != wanted:
            sys.exit(f"{upload.__name__}: {status} {code} for {size} bytes")
    print(upload.__name__, len(sizes))
