"""A certificate authority and one certificate for the portal's hosts, made for the run."""

import ssl

import trustme


class Certificates:
    """PEM files for servers, a verifying context for clients."""

    def __init__(self, folder, hosts):
        self.chain, self.key = folder / "chain.pem", folder / "key.pem"
        self._authority = trustme.CA()
        certificate = self._authority.issue_cert(*hosts)
        certificate.private_key_pem.write_to_path(self.key)
        for number, blob in enumerate(certificate.cert_chain_pems):
            blob.write_to_path(self.chain, append=number > 0)

    def authority(self):
        """The authority's own certificate, PEM."""
        return self._authority.cert_pem.bytes()

    def context(self):
        """What a user agent trusts: this authority only."""
        context = ssl.create_default_context()
        self._authority.configure_trust(context)
        return context
