"""Orders to begin with, some of them faulty on purpose. Yours arrive in the same folder; then this file can go."""

Order = tuple[str | None, str | None, float | None, str | None]
CUSTOMERS = ("Ada", "Bea", "Cyd", "Dov", "Eli")
FAULTY: tuple[Order, ...] = (
    (None, "Ada", 10.0, "2026-01-02T10:00:00"),
    ("f-1", " ", 10.0, "2026-01-02T10:00:00"),
    ("f-2", "Bea", -1.0, "2026-01-02T10:00:00"),
    ("f-3", "Bea", None, "2026-01-02T10:00:00"),
    ("f-4", "Cyd", 5.0, "yesterday"),
)


def orders(days: int = 28) -> list[Order]:
    """Every customer's orders on every so many days, one of them told twice, and the faulty ones. The same at every call."""
    found: list[Order] = []
    for day in range(1, days + 1):
        for number, customer in enumerate(CUSTOMERS):
            if day % (number + 2) == 0:
                amount = round(20 + 7.5 * number + 0.8 * day + (day * (number + 3)) % 5, 2)
                found.append((f"o-{day}-{number}", f" {customer} ", amount, f"2026-01-{day:02d}T0{number}:00:00"))
    order_id, customer, amount, _ = found[0]
    return [*found, (order_id, customer, (amount or 0) + 1, "2026-01-28T23:00:00"), *FAULTY]
