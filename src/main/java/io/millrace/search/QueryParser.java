package io.millrace.search;

import io.millrace.MillraceException;
import io.millrace.document.OwnAnalyzers;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads search requests: the JSON body of POST and the parameters of GET. Every refusal names the
/// place, the value and what was expected. Immutable.
public final class QueryParser {
    /// The name of the facet that [#values] asks for.
    public static final String VALUES = "values";

    private final FieldChecks checks;

    /// @param now what `now` means in the requests
    public QueryParser(Schema schema, Instant now) {
        this(schema, now, OwnAnalyzers.NONE);
    }

    /// @param analyzers those that the definition makes
    public QueryParser(Schema schema, Instant now, OwnAnalyzers analyzers) {
        this.checks = new FieldChecks(schema, now, analyzers);
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

    /// Counts the values of a field over all documents, as a search without hits whose only facet
    /// is [#VALUES]. Parameters `prefix`, `limit`, `after`, `order` and `minCount` are those of a
    /// facet; the order is by value unless they say otherwise.
    ///
    /// @throws MillraceException.InvalidRequest whose pointer is the parameter's name
    public SearchRequest values(String path, Map<String, List<String>> parameters) {
        Map<String, String> given = new LinkedHashMap<>();
        parameters
                .keySet()
                .forEach(name ->
                        ParameterParser.once(parameters, name)
                                .ifPresent(text -> given.put(name, text)));
        FacetParser facets = new FacetParser(checks, new ClauseParser(checks));
        return SearchRequest.builder()
                .limit(0)
                .facets(Map.of(VALUES, facets.values(path, given)))
                .build();
    }
}
