package io.millrace.search;

import io.millrace.MillraceException;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import java.util.List;
import java.util.Map;

/// Reads search requests: the JSON body of POST and the parameters of GET. Every refusal names the
/// place, the value and what was expected.
public final class QueryParser {
    public QueryParser(Schema schema) {}

    /// @throws MillraceException.InvalidRequest with a JSON pointer into the body
    public SearchRequest parse(Value body) {
        throw new MillraceException.Bug("skeleton");
    }

    /// Parameters q, filter, sort, limit, fields as DESIGN has them; the pointer of an error is the
    /// parameter's name.
    public SearchRequest parse(Map<String, List<String>> parameters) {
        throw new MillraceException.Bug("skeleton");
    }
}
