"""What is known of a customer, as SQL that Spark and SQLite both understand; jobs run it on Spark, tests on SQLite."""

NAMES = ("orders", "amount", "mean_amount", "largest_amount")
"""The columns that the model reads, in this order."""


def definition(table: str) -> str:
    """The feature table: a table with a primary key is one in Unity Catalog."""
    known = "orders bigint, amount double, mean_amount double, largest_amount double, last_on string"
    return f"create table if not exists {table} (customer string not null, {known}, run_id string, constraint {table.rpartition('.')[2]}_key primary key (customer))"


def features(orders: str) -> str:
    """One row for each customer, over all of the orders, with the newest run that had part in it."""
    return f"""
        select
            customer,
            count(*) as orders,
            round(sum(amount), 2) as amount,
            round(avg(amount), 4) as mean_amount,
            max(amount) as largest_amount,
            max(ordered_on) as last_on,
            max(run_id) as run_id
        from {orders}
        group by customer
    """


def examples(orders: str) -> str:
    """What was known of a customer before the last order, and that order's amount: the model never sees what it should tell."""
    aged = f"select *, row_number() over (partition by customer order by ordered_on desc, order_id desc) as age from {orders}"
    known = features(f"(select * from ({aged}) as all_orders where age > 1) as earlier")
    return f"""
        select known.*, latest.amount as next_amount
        from ({known}) as known
        join (select customer, amount from ({aged}) as all_orders where age = 1) as latest on latest.customer = known.customer
        order by known.customer
    """
