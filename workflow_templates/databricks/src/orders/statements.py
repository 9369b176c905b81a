"""The transformations, each one SQL statement that Spark and SQLite both understand: jobs run them on Spark, tests on SQLite."""

from collections.abc import Mapping

RULES: Mapping[str, str] = {
    "has an order id": "order_id is not null and trim(order_id) <> ''",
    "has a customer": "customer is not null and trim(customer) <> ''",
    "has an amount above 0": "amount is not null and amount > 0",
    "has a day": "ordered_at like '____-__-__%'",
}
"""What every order has to be, in words and as a condition on the raw columns."""


def valid() -> str:
    """The condition that an order keeps every rule; never unknown."""
    return "coalesce(" + " and ".join(f"({condition})" for condition in RULES.values()) + ", false)"


def clean(raw: str) -> str:
    """Valid orders, each once as it was told last, with the id of the run that loaded it."""
    return f"""
        select order_id, customer, amount, ordered_on, run_id
        from (
            select
                trim(order_id) as order_id,
                lower(trim(customer)) as customer,
                amount,
                substr(ordered_at, 1, 10) as ordered_on,
                run_id,
                row_number() over (partition by trim(order_id) order by ordered_at desc, loaded_at desc) as age
            from {raw}
            where {valid()}
        ) as told
        where age = 1
    """


def rejected(raw: str) -> str:
    """Orders that break a rule, with the first that they break: nothing is thrown away unseen."""
    reasons = " ".join(f"when not coalesce({condition}, false) then '{words}'" for words, condition in RULES.items())
    return f"select order_id, customer, amount, ordered_at, run_id, case {reasons} end as rule from {raw} where not {valid()}"


def daily(orders: str) -> str:
    """Orders, customers and amount of each day, with the newest run that had part in it."""
    return f"""
        select
            ordered_on,
            count(*) as orders,
            count(distinct customer) as customers,
            round(sum(amount), 2) as amount,
            max(run_id) as run_id
        from {orders}
        group by ordered_on
    """
