"""Everything one province's stack deploys, on one page. Rules live in chalicelib/domain."""

from chalice import Chalice, Cron, Rate

from chalicelib.entrypoints import (
    answers,
    figures,
    filing,
    hotlines,
    jobs,
    links,
    offline,
    open311,
    set_up_logging,
    site,
    tracking,
    uploads,
    voice,
    webhooks,
)
from chalicelib.entrypoints.http import log_each_call

set_up_logging()

app = Chalice(app_name="hotline-1022")
app.register_middleware(log_each_call, "http")
app.register_blueprint(webhooks.routes)  # provider's signature
app.register_blueprint(voice.routes)  # provider's signature
app.register_blueprint(links.routes)  # signed link
app.register_blueprint(site.routes)  # public, reads nothing personal
app.register_blueprint(filing.routes)  # public form: signed, limited, from our own pages
app.register_blueprint(offline.routes)  # public, reads nothing personal
app.register_blueprint(tracking.routes)  # code, last digits, or the reporter's own link
app.register_blueprint(uploads.routes)  # as the page they are sent from
app.register_blueprint(hotlines.routes)  # public, reads nothing personal
app.register_blueprint(answers.routes)  # public, reads nothing personal
app.register_blueprint(figures.routes)  # public, reads nothing personal
app.register_blueprint(open311.routes)  # public reads; key of a client system to file

# Jobs stand here, not on a blueprint: Chalice would deploy those without this page (docs/jobs.md describes each).


@app.lambda_function()
def send_outbox(event, context):
    """New outbox rows, from the table's stream."""
    return jobs.send_outbox(event)


@app.lambda_function()
def count_cases(event, context):
    """Changed cases, from the table's stream, into the daily counters."""
    return jobs.count_cases(event)


@app.lambda_function()
def receive_email(event, context):
    """Mail that came in, from the mail service's rule."""
    return jobs.receive_email(event)


@app.lambda_function()
def take_mail_event(event, context):
    """What became of mails that left, from the mail service's events."""
    return jobs.take_mail_event(event)


@app.schedule(Rate(1, unit=Rate.MINUTES))
def sweep_outbox(event):
    """Whatever is due in the outbox: retries, civil hours, senders that died."""
    return jobs.sweep_outbox()


@app.schedule(Rate(1, unit=Rate.MINUTES))
def do_wake_ups(event):
    """The ladder's due steps: remind, escalate, alarm, time out."""
    return jobs.do_wake_ups()


@app.schedule(Cron(30, 0, "*", "*", "?", "*"))
def send_digests(event):
    """07:30 in Việt Nam: each focal point's list of the day."""
    return jobs.send_digests()


@app.schedule(Cron(30, 17, "*", "*", "?", "*"))
def recount_stats(event):
    """00:30 in Việt Nam: prove and repair the counters of recent days, or of those the event names."""
    return jobs.recount_stats(event.detail)


@app.schedule(Cron(0, 0, "*", "*", "?", "*"))
def send_reports(event):
    """07:00 in Việt Nam: reports of every period that ended yesterday, or lately and was missed."""
    return jobs.send_reports()
