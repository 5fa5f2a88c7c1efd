"""Drives a gateway with the official Python SDK and prints what the SDK made of the answers.

    drive.py pay http://127.0.0.1:PORT/ucp TOKEN ENDED_TOKEN
    drive.py report http://127.0.0.1:PORT/ucp TRANSACTION

The output is one JSON object: the name of each step with the fields the SDK filled in, or with the error it
raised. Judging them is left to the caller.
"""

import datetime
import decimal
import json
import sys

from globalpayments.api import GpApiConfig, ServicesContainer
from globalpayments.api.builders import TransactionReportBuilder
from globalpayments.api.entities import Transaction
from globalpayments.api.entities.enums import CardChannel, ReportType, SearchCriteria
from globalpayments.api.entities.exceptions import ApiException
from globalpayments.api.payment_methods import CreditCardData
from globalpayments.api.services import ReportingService

LONG_AGO = datetime.datetime(2020, 1, 1)
FIELDS = (
    "transaction_id response_code response_message balance_amount authorized_amount token reference_number card_type "
    "card_last_4 total_record_count transaction_status transaction_type amount currency deposit_id status "
    "sales_total_count sales_total_amount refunds_total_amount chargeback_total_amount fees_total_amount case_id "
    "case_status case_stage case_amount case_currency masked_card_number auth_code"
).split()


def plain(value):
    """A value as JSON can hold it; amounts keep their digits."""
    if isinstance(value, (decimal.Decimal, float, datetime.datetime)):
        return str(value)
    return getattr(value, "value", value)


def seen(result):
    """The fields the SDK filled in."""
    fields = {name: plain(getattr(result, name)) for name in FIELDS if getattr(result, name, None) is not None}
    rows = getattr(result, "result", None)
    if isinstance(rows, list):
        fields["rows"] = [seen(row) for row in rows]
    return fields


class Steps:
    """The steps so far."""

    def __init__(self):
        self.seen = {}

    def run(self, name, call):
        """Runs a step; an error of the SDK is a result as well."""
        try:
            result = call()
            self.seen[name] = seen(result)
            return result
        except ApiException as error:
            code = getattr(error, "response_code", None)
            self.seen[name] = {"error": type(error).__name__, "code": str(code), "text": str(error)}
            return None


def configure(url, **changes):
    """Points the SDK at a gateway."""
    channel = next(c for c in CardChannel if c.value == "CNP" or "NotPresent" in c.name)
    config = GpApiConfig(app_id="APPID", app_key="APPKEY", channel=channel, service_url=url, country="US")
    for name, value in changes.items():
        setattr(config, name, value)
    ServicesContainer.configure(config)


def card(number):
    """A card by number."""
    data = CreditCardData()
    data.number, data.exp_month, data.exp_year, data.cvn = number, "05", "2030", "123"
    data.card_holder_name, data.card_present = "Ada Example", False
    return data


def stored(token):
    """A card by token."""
    data = CreditCardData()
    data.token, data.card_holder_name = token, "Ada Example"
    return data


def pay(url, token, ended_token):
    """Everything that moves money."""
    steps = Steps()
    configure(url)
    visa = card("4263970000005262")
    dollars = lambda builder: builder.with_currency("USD")
    steps.run("charge", lambda: dollars(visa.charge("10.00")).with_client_transaction_id("sdk-charge").execute())
    steps.run("charge_mastercard", lambda: dollars(card("5425230000004415").charge("12.00")).execute())
    steps.run("charge_token", lambda: dollars(stored(token).charge("11.00")).execute())
    steps.run("charge_ended_token", lambda: dollars(stored(ended_token).charge("11.00")).execute())
    authorized = steps.run("authorize", lambda: dollars(visa.authorize("20.00")).execute())
    steps.run("capture", lambda: authorized.capture("20.00").with_idempotency_key("sdk-capture").execute())
    steps.run("capture_again", lambda: authorized.capture("20.00").execute())
    steps.run("refund_part", lambda: authorized.refund("5.00").with_currency("USD").execute())
    steps.run("refund_too_much", lambda: authorized.refund("50.00").with_currency("USD").execute())
    whole = steps.run("authorize_whole", lambda: dollars(visa.authorize("30.00")).execute())
    steps.run("capture_whole", lambda: whole.capture().execute())
    steps.run("refund_whole", lambda: whole.refund().execute())
    held = steps.run("authorize_held", lambda: dollars(visa.authorize("40.00")).execute())
    steps.run("reverse", lambda: held.reverse("40.00").execute())
    steps.run("reverse_again", lambda: held.reverse("40.00").execute())
    part = steps.run("authorize_part", lambda: dollars(visa.authorize("50.00")).execute())
    steps.run("reverse_part", lambda: part.reverse("20.00").execute())
    steps.run("void", lambda: part.void().execute())
    steps.run("refund_alone", lambda: dollars(visa.refund("5.00")).execute())
    steps.run("decline", lambda: dollars(card("4000120000001154").charge("10.00")).execute())
    steps.run("fail", lambda: dollars(card("4009830000001985").charge("10.00")).execute())
    keyed = lambda: dollars(visa.charge("13.00")).with_idempotency_key("sdk-twice").execute()
    steps.run("first", keyed)
    steps.run("duplicate", keyed)
    steps.run("tokenize", lambda: visa.tokenize().execute())
    steps.run("verify", lambda: visa.verify().with_currency("USD").execute())
    steps.run("charge_and_store", lambda: dollars(visa.charge("14.00")).with_request_multi_use_token(True).execute())
    steps.run("capture_unknown", lambda: Transaction.from_id("TRN_unheard-of").capture("1.00").execute())
    steps.run("detail", lambda: ReportingService.transaction_detail(authorized.transaction_id).execute())
    steps.run("detail_unknown", lambda: ReportingService.transaction_detail("TRN_unheard-of").execute())
    by_reference = lambda: ReportingService.find_transactions_paged(1, 10)
    reference = SearchCriteria.ReferenceNumber
    steps.run("find", lambda: by_reference().where(reference, "sdk-charge").and_with(SearchCriteria.StartDate, LONG_AGO).execute())
    steps.run("find_nothing", lambda: by_reference().where(reference, "sdk-nothing").execute())
    steps.run("find_page", lambda: ReportingService.find_transactions_paged(1, 3).where(SearchCriteria.StartDate, LONG_AGO).execute())
    configure(url, app_key="WRONG")
    steps.run("wrong_key", lambda: dollars(visa.charge("10.00")).execute())
    configure(url, seconds_to_expire=10)
    steps.run("life_too_short", lambda: dollars(visa.charge("10.00")).execute())
    configure(url, permissions=["TRN_POST_Capture"])
    steps.run("not_permitted", lambda: dollars(visa.charge("10.00")).execute())
    configure(url, permissions=["TRN_POST_Everything"])
    steps.run("no_such_permission", lambda: dollars(visa.charge("10.00")).execute())
    return steps.seen


def report(url, transaction):
    """Everything that reads after the batch was settled."""
    steps = Steps()
    configure(url)
    paged = lambda kind: TransactionReportBuilder(kind).with_paging(1, 100).where(SearchCriteria.StartDate, LONG_AGO)
    steps.run("settled", lambda: paged(ReportType.FindSettlementTransactionsPaged).execute())
    steps.run("deposits", lambda: paged(ReportType.FindDepositsPaged).execute())
    steps.run("disputes", lambda: paged(ReportType.FindDisputesPaged).execute())
    steps.run("settled_disputes", lambda: paged(ReportType.FindSettlementDisputesPaged).execute())
    steps.run("detail", lambda: ReportingService.transaction_detail(transaction).execute())
    steps.run("reverse_settled", lambda: Transaction.from_id(transaction).reverse("10.00").execute())
    return steps.seen


if __name__ == "__main__":
    print(json.dumps({"pay": pay, "report": report}[sys.argv[1]](*sys.argv[2:])))
