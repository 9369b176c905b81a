println("no first line, and a notebook all the same")
