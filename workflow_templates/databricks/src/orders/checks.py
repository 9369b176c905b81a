"""Data tests of the tables, as questions that are answered by a count of faults; SQL for Spark and SQLite."""

from collections.abc import Mapping


def faults(raw: str, clean: str, rejected: str, daily: str) -> Mapping[str, str]:
    """What is asked of the tables: words, and a statement whose one number is 0 where all is well."""
    return {
        "raw orders got lost": f"""
            select count(*) from (select distinct trim(order_id) as order_id from {raw} where order_id is not null) as had
            where order_id not in (select order_id from {clean})
            and order_id not in (select trim(order_id) from {rejected} where order_id is not null)
        """,
        "orders are there twice": f"select count(*) from (select order_id from {clean} group by order_id having count(*) > 1) as twice",
        "orders have no run": f"select count(*) from {clean} where run_id is null or run_id = ''",
        "orders are missing in their day": f"select abs((select count(*) from {clean}) - (select coalesce(sum(orders), 0) from {daily}))",
        "rejected orders name no rule": f"select count(*) from {rejected} where rule is null",
    }
