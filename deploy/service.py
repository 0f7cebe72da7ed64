"""A running service, as a client calls it over HTTP."""

import http.client
import json
import urllib.parse


class Unreachable(Exception):
    """Nothing answers at the service's address, or the answer is an error."""


class Service:
    """A running service at an address.

    A host name that ends with .localhost is this machine (RFC 6761), whether or not the machine's resolver knows it.
    """

    def __init__(self, url):
        self.url = url.rstrip("/")
        address = urllib.parse.urlsplit(self.url)
        self.host, self.prefix = address.netloc, address.path
        name = address.hostname or ""
        self.address = ("127.0.0.1" if name.endswith(".localhost") else name, address.port or 80)

    def get(self, path, token=None):
        """The JSON or text that a GET request answers."""
        return self.call("GET", path, token=token)

    def post(self, path, body, token=None):
        """The JSON or text that a POST request with a JSON body answers."""
        return self.call("POST", path, body, token)

    def call(self, method, path, body=None, token=None):
        """Sends a request. An answer that is no success is an error."""
        headers = {"Host": self.host}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(body)
        connection = http.client.HTTPConnection(*self.address, timeout=60)
        try:
            connection.request(method, self.prefix + path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        except OSError as error:
            raise Unreachable(f"Nothing answers at {self.url}: {error}") from error
        finally:
            connection.close()
        if answer.status >= 300:
            raise Unreachable(f"{self.url} answers {method} {path} with {answer.status}: {text[:500]}")
        return json.loads(text) if "json" in (answer.getheader("Content-Type") or "") else text
