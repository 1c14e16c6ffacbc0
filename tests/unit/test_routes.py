"""Every way in names what keeps strangers out; a route nobody thought about fails here."""

import pytest
from chalice import Chalice

from app import app

PROTECTED = {
    ("POST", "/twilio/sms"): "Twilio signature",
    ("POST", "/twilio/sms-status"): "Twilio signature",
    ("POST", "/twilio/voice"): "Twilio signature",
    ("POST", "/twilio/voice/{turn}"): "Twilio signature",
    ("POST", "/twilio/voice/{turn}/{where}"): "Twilio signature",
    ("POST", "/twilio/call/{message_id}"): "Twilio signature",
    ("POST", "/twilio/voice-status"): "Twilio signature",
    ("POST", "/twilio/recording"): "Twilio signature",
    ("POST", "/gateway/sms"): "gateway signature",
    ("GET", "/a/{token}"): "signed link",
    ("HEAD", "/a/{token}"): "signed link",
    ("POST", "/a/{token}"): "signed link",
    ("GET", "/a/{token}/attached"): "signed link",
    ("HEAD", "/a/{token}/attached"): "signed link",
    ("POST", "/a/{token}/attachments"): "signed link",
    ("POST", "/report/uploads"): "public form: signed, limited, from our own pages only",
    ("GET", "/case"): "public: of a case only what its code, digits or link open",
    ("HEAD", "/case"): "public: of a case only what its code, digits or link open",
    ("POST", "/case"): "public: of a case only what its code, digits or link open",
    ("GET", "/case/{token}"): "public: of a case only what its code, digits or link open",
    ("HEAD", "/case/{token}"): "public: of a case only what its code, digits or link open",
    ("POST", "/case/{token}"): "public: of a case only what its code, digits or link open",
    ("GET", "/case/{token}/attached"): "public: of a case only what its code, digits or link open",
    ("HEAD", "/case/{token}/attached"): "public: of a case only what its code, digits or link open",
    ("POST", "/case/{token}/attachments"): "public: of a case only what its code, digits or link open",
    ("GET", "/"): "public: shows nothing of a case",
    ("GET", "/health"): "public: shows nothing of a case",
    ("HEAD", "/"): "public: shows nothing of a case",
    ("HEAD", "/health"): "public: shows nothing of a case",
    ("GET", "/about"): "public: shows nothing of a case",
    ("HEAD", "/about"): "public: shows nothing of a case",
    ("GET", "/privacy"): "public: shows nothing of a case",
    ("HEAD", "/privacy"): "public: shows nothing of a case",
    ("GET", "/accessibility"): "public: shows nothing of a case",
    ("HEAD", "/accessibility"): "public: shows nothing of a case",
    ("GET", "/emblem.svg"): "public: shows nothing of a case",
    ("HEAD", "/emblem.svg"): "public: shows nothing of a case",
    ("GET", "/robots.txt"): "public: shows nothing of a case",
    ("HEAD", "/robots.txt"): "public: shows nothing of a case",
    ("GET", "/sitemap.xml"): "public: shows nothing of a case",
    ("HEAD", "/sitemap.xml"): "public: shows nothing of a case",
    ("GET", "/stats"): "public: shows nothing of a case",
    ("HEAD", "/stats"): "public: shows nothing of a case",
    ("GET", "/stats/table"): "public: shows nothing of a case",
    ("HEAD", "/stats/table"): "public: shows nothing of a case",
    ("GET", "/stats/cases"): "public: of a case only the words the desk has published",
    ("HEAD", "/stats/cases"): "public: of a case only the words the desk has published",
    ("GET", "/static/{name}"): "public: shows nothing of a case",
    ("HEAD", "/static/{name}"): "public: shows nothing of a case",
    ("GET", "/report"): "public: shows nothing of a case",
    ("HEAD", "/report"): "public: shows nothing of a case",
    ("POST", "/report"): "public form: signed, limited, from our own pages only",
    ("POST", "/report/proposal"): "public form: signed, limited, from our own pages only",
    ("GET", "/report/areas"): "public: shows nothing of a case",
    ("HEAD", "/report/areas"): "public: shows nothing of a case",
    ("GET", "/report/token"): "public: shows nothing of a case",
    ("GET", "/report/centres"): "public: shows nothing of a case",
    ("HEAD", "/report/centres"): "public: shows nothing of a case",
    ("GET", "/sw.js"): "public: shows nothing of a case",
    ("HEAD", "/sw.js"): "public: shows nothing of a case",
    ("GET", "/offline"): "public: shows nothing of a case",
    ("HEAD", "/offline"): "public: shows nothing of a case",
    ("GET", "/answers"): "public: shows nothing of a case",
    ("HEAD", "/answers"): "public: shows nothing of a case",
    ("GET", "/answers/feed"): "public: shows nothing of a case",
    ("HEAD", "/answers/feed"): "public: shows nothing of a case",
    ("GET", "/answers/{name}"): "public: shows nothing of a case",
    ("HEAD", "/answers/{name}"): "public: shows nothing of a case",
    ("GET", "/hotlines"): "public: shows nothing of a case",
    ("HEAD", "/hotlines"): "public: shows nothing of a case",
    ("GET", "/hotlines/{code}"): "public: shows nothing of a case",
    ("HEAD", "/hotlines/{code}"): "public: shows nothing of a case",
    ("GET", "/hotlines/{code}/poster"): "public: shows nothing of a case",
    ("HEAD", "/hotlines/{code}/poster"): "public: shows nothing of a case",
    ("GET", "/banner"): "public: shows nothing of a case",
    ("HEAD", "/banner"): "public: shows nothing of a case",
    ("GET", "/banner/{size}"): "public: shows nothing of a case",
    ("HEAD", "/banner/{size}"): "public: shows nothing of a case",
    ("GET", "/banner.js"): "public: shows nothing of a case",
    ("HEAD", "/banner.js"): "public: shows nothing of a case",
}
PROTECTED |= {
    ("GET", "/open311/{version}"): "public: shows nothing of a case",
    ("HEAD", "/open311/{version}"): "public: shows nothing of a case",
}
PROTECTED |= {
    (method, f"/open311/{{version}}/{path}"): "public reads: nothing personal; a client system's key to file"
    for path in ("{name}", "{kind}/{name}")
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
}


def routes(of: Chalice):
    return {(method, path): entry for path, methods in of.routes.items() for method, entry in methods.items()}


@pytest.mark.parametrize(("method", "path"), sorted(routes(app)), ids=" ".join)
def test_a_route_names_its_protection(method, path):
    protection = getattr(routes(app)[method, path].view_function, "protection", None)
    assert protection == PROTECTED[method, path]


def test_no_route_is_missing():
    assert set(routes(app)) == set(PROTECTED)


def test_what_a_provider_signs_is_posted():
    """A GET never changes anything: a mail scanner or a search engine may follow it."""
    reads = {protection for (method, _), protection in PROTECTED.items() if method != "POST"}
    assert not [protection for protection in reads if "signature" in protection]


def test_forms_and_json_are_taken_whatever_their_content_type():
    """A provider that leaves the type away must get our own answer, not a 415 it cannot understand."""
    for (method, path), entry in routes(app).items():
        if method == "POST":
            assert entry.content_types == ["*/*"], path
