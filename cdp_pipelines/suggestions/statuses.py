"""The words that shops write for the status of a line, in six languages."""

from functools import lru_cache

from cdp_pipelines.suggestions.headers import folded

STATUS_WORDS = {
    "placed": (
        "placed pending open unpaid authorized awaiting_payment new processing on_hold offen ausstehend neu "
        "unbezahlt in_bearbeitung en_attente nouveau nouvelle non_payee non_paye pendiente nuevo no_pagado "
        "pendente novo aguardando_pagamento em_aberto 待付款 未付款 等待买家付款"
    ),
    "paid": ("paid payment_received bezahlt payee paye pagado pagada pago paga 已付款 已支付 买家已付款 待发货"),
    "fulfilled": (
        "fulfilled shipped delivered completed complete done closed versandt versendet geliefert ausgeliefert "
        "abgeschlossen zugestellt expedie expediee livre livree terminee enviado entregado completado "
        "completado entregada entregue concluido finalizado expedido 已完成 已发货 交易成功 已签收"
    ),
    "refunded": (
        "refunded returned erstattet rueckerstattet retourniert remboursee rembourse reembolsado devuelto "
        "estornado devolvido 已退款"
    ),
    "cancelled": (
        "cancelled canceled voided storniert abgebrochen annulee annule cancelado cancelada anulado 已取消 交易关闭 "
        "已关闭"
    ),
}
"""What shops write for a line's status, by the status that it stands for; phrases with `_`."""


@lru_cache(1)
def _statuses() -> dict[str, str]:
    """Return the status of each word, folded."""
    found = {}
    for status, words in STATUS_WORDS.items():
        found |= {" ".join(folded(word.replace("_", " "))): status for word in words.split()}
    return found


def status_of(text: str) -> str | None:
    """Return the line status that a shop's word stands for."""
    return _statuses().get(" ".join(folded(text)))
