package io.millrace.search;

import io.millrace.MillraceException;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// Reads search requests: the JSON body of POST and the parameters of GET. Every refusal names the
/// place, the value and what was expected. Immutable.
public final class QueryParser {
    private final FieldChecks checks;

    /// @param now what `now` means in the requests
    public QueryParser(Schema schema, Instant now) {
        this.checks = new FieldChecks(schema, now);
    }

    /// An object with any of `query`, `filter`, `sort`, `limit`, `fields`, `total`. Query and
    /// filter take the same clauses; in the query every `match` outside of `not` scores.
    ///
    /// @throws MillraceException.InvalidRequest with a JSON pointer into the body
    public SearchRequest parse(Value body) {
        return new BodyParser(checks).parse(body);
    }

    /// Parameters `q` (matched in all text fields), `filter` (`field:op:value`, repeatable, all
    /// must hold), `sort` and `fields` (joined by commas), `limit`, `total`.
    ///
    /// @throws MillraceException.InvalidRequest whose pointer is the parameter's name
    public SearchRequest parse(Map<String, List<String>> parameters) {
        return new ParameterParser(checks).parse(parameters);
    }
}
