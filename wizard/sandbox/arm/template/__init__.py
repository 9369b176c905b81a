"""The ARM template language, evaluated.

Owns syntax, functions, parameters, loops, dependencies and outputs of templates; pure but for the small protocol
``context.Cloud``. Not emulated: ``templateLink``, extensions (``imports``) and asserts, scopes above a subscription.
Start at ``program.prepared``.
"""
