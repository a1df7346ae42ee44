"""The words of headers in six languages and what each means. How a header is read stands in `headers`.

A meaning is a short word in capitals that `rules` combine: `Bestellnr.`, `order id` and 订单号 are all ORDER and NO.
Phrases are written with `_`; accents and capitals do not count. A word may have several meanings, as `nombre` has in
French and Spanish: the values of the column decide.
"""

from cdp_pipelines.suggestions.order_words import ORDER_WORDS
from cdp_pipelines.suggestions.product_words import PRODUCT_WORDS

WORDS = ORDER_WORDS | PRODUCT_WORDS

LANGUAGES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "pt": "Portuguese", "zh": "Chinese"}

_SMALL = (
    "the of for to and de la le les du des d l del et dont au a der die das von und do da dos das em as e el los y "
)
SMALL = frozenset(_SMALL.split())
"""Words that say nothing."""

LINKS = ("s", "n", "en", "es", "e")
"""What German puts between the parts of a compound."""
