"""AWS for the proxy: moto's Secrets Manager, behind a server that records each request and fails on demand."""

import http.client
import http.server
import json
import threading
import uuid

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

REGION = "eu-west-1"
KEY_ID, SECRET_KEY = "testing", "fake/secret+key="


def signature_of(request, secret_key, session_token=None):
    """The SigV4 signature that botocore computes for a recorded request."""
    fields = {name.lower(): value for name, value in request["headers"]}
    authorization = fields["authorization"]
    signed = authorization.split("SignedHeaders=")[1].split(",")[0].split(";")
    scope = authorization.split("Credential=")[1].split(",")[0].split("/")
    aws_request = AWSRequest(request["method"], f"http://{fields['host']}{request['path']}", data=request["body"])
    for name in signed:
        aws_request.headers[name] = fields[name]
    aws_request.context["timestamp"] = fields["x-amz-date"]
    signer = SigV4Auth(Credentials(scope[0], secret_key, session_token), scope[3], scope[2])
    canonical = signer.canonical_request(aws_request)
    return signer.signature(signer.string_to_sign(aws_request, canonical), aws_request)


class Recorder(http.server.ThreadingHTTPServer):
    """Records requests and passes them on to moto, unless `answer` returns an answer of its own."""

    daemon_threads = True

    def __init__(self, upstream, answer=None):
        super().__init__(("127.0.0.1", 0), RecordingHandler)
        self.upstream, self.answer, self.requests = upstream, answer, []
        # The time in this server's `Date` field; None for the machine's time.
        self.clock = None
        self.changed = threading.Condition()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def stages(self):
        bodies = [json.loads(request["body"] or b"{}") for request in self.requests if request["method"] == "POST"]
        return [body["VersionStage"] for body in bodies]


class RecordingHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def date_time_string(self, timestamp=None):
        return super().date_time_string(timestamp or self.server.clock)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        request = {"method": self.command, "path": self.path, "headers": self.headers.items(), "body": body}
        with self.server.changed:
            self.server.requests.append(request)
            self.server.changed.notify_all()
            respond = self.server.answer or self.forward
        status, answer = respond(request)
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_PUT = do_POST

    def forward(self, request):
        connection = http.client.HTTPConnection(*self.server.upstream)
        connection.request(request["method"], request["path"], request["body"], dict(request["headers"]))
        response = connection.getresponse()
        return response.status, response.read()


def failure(kind, status=400, message="hidden-detail"):
    return lambda _: (status, json.dumps({"__type": kind, "Message": message}).encode())


def manager(address):
    """A client of the Secrets Manager at an address, for the tests themselves."""
    return boto3.client(
        "secretsmanager",
        region_name=REGION,
        endpoint_url=f"http://{address[0]}:{address[1]}",
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )


def make_secret(manager, text=None, **more):
    """Makes a secret and returns its ARN."""
    values = {"SecretString": text} if text is not None else more
    return manager.create_secret(Name=f"signing-{uuid.uuid4()}", **values)["ARN"]


def variables(arn, recorder, **more):
    """The environment of a proxy whose key is in a secret."""
    return {
        "WALLCRAWLER_JWT_SIGNING_KEY": None,
        "WALLCRAWLER_JWT_SIGNING_SECRET_ARN": arn,
        "AWS_ENDPOINT_URL_SECRETS_MANAGER": recorder.url,
        "AWS_ACCESS_KEY_ID": KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_EC2_METADATA_DISABLED": "true",
        "CDP_PROXY_INJECT": "off",
    } | more


def without_keys(values):
    """The same without credentials, so that the proxy asks an endpoint for them."""
    gone = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_EC2_METADATA_DISABLED")
    return {name: value for name, value in values.items() if name not in gone}
