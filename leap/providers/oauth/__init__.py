"""Logging in to a vendor by a person's yes in a browser: a code, PKCE, a loopback redirect.

    vendor      what tells one vendor from another, as a value
    attempt     the question, and which answer belongs to it
    login       waiting for the answer, whoever hears it
    receiver    hears it on 127.0.0.1, and shows a page
    token       a code, or a refresh token, becomes an access token
    living      an access token of a credential, renewed before it ends
    refusing    what a person reads of a login that does not do
    checked     what asking a vendor about an account gave

A vendor's own module (``leap.providers.zoom.login``) has the value; nothing
here knows any vendor.
"""
