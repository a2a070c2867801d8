"""Certificates made for a test: an authority, and what it signs, as files in PEM."""

import datetime
import ipaddress
import ssl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Authority:
    """An authority of its own; its certificate is `path`."""

    def __init__(self, folder, title="an authority of tests"):
        self.folder, self.title = folder, title
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = self._sign(title, self.key.public_key(), days=(-1, 30))
        self.path = folder / f"{title.replace(' ', '-')}.pem"
        self.path.write_bytes(pem(self.certificate))

    def issue(self, title, days=(-1, 30), key=None, passphrase=None, names=("localhost", "127.0.0.1")):
        """The paths of a certificate for these hosts with its chain, and of its key."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        certificate = self._sign(title, key.public_key(), days, names)
        stem = title.replace(" ", "-")
        paths = self.folder / f"{stem}.crt", self.folder / f"{stem}.key"
        paths[0].write_bytes(pem(certificate) + pem(self.certificate))
        seal = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
        paths[1].touch(mode=0o600)
        paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, seal))
        return paths

    def client(self, certificate=None, key=None, **versions):
        """A client's context that trusts this authority alone."""
        context = ssl.create_default_context(cafile=self.path)
        if certificate:
            context.load_cert_chain(certificate, key)
        for what, version in versions.items():
            setattr(context, what, version)
        return context

    def _sign(self, title, public, days, names=None):
        now = datetime.datetime.now(datetime.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name(title))
            .issuer_name(name(self.title))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + datetime.timedelta(days=days[0]))
            .not_valid_after(now + datetime.timedelta(days=days[1]))
            .add_extension(x509.BasicConstraints(ca=not names, path_length=None), critical=True)
        )
        if names:
            hosts = x509.SubjectAlternativeName([host(one) for one in names])
            builder = builder.add_extension(hosts, critical=False)
        return builder.sign(self.key, hashes.SHA256())


def host(text):
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)


def rsa_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)
