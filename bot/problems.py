"""The name of a problem for a log that holds no sentences of residents."""


def name_of(problem: BaseException) -> str:
    """Return the kind of a problem and the line where it arose; its text may quote what somebody typed."""
    trace = problem.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
    return f"{type(problem).__name__}{where}"
