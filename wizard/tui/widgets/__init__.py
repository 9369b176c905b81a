"""Parts of screens: each draws one thing and tells what was done with it; none knows a flow."""
