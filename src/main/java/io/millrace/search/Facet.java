package io.millrace.search;

import io.millrace.document.Field;
import io.millrace.document.Value;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What to count of one field over all documents that match, exactly.
///
/// - ownFilter: false leaves out of the filter what names this field and no other, so that a choice
///   among its values does not hide the others
/// - countMissing: also count the documents without a value
/// - facets: to be counted inside each bucket, by name; those have none of their own
public record Facet(
        Field field,
        Kind kind,
        boolean ownFilter,
        boolean countMissing,
        Map<String, Facet> facets) {
    public Facet {
        facets = Collections.unmodifiableMap(new LinkedHashMap<>(facets));
    }

    public sealed interface Kind {}

    /// One bucket a value.
    ///
    /// - limit: buckets at most
    /// - byCount: most documents first, then by value; else by value
    /// - minCount: documents of a bucket at least
    /// - after: leaves out this value and all before it; only by value
    /// - prefix: leaves out values that do not begin with it; empty but for keywords
    public record Terms(
            int limit, boolean byCount, int minCount, Optional<Value> after, String prefix)
            implements Kind {}

    /// One bucket a range, in the order given.
    public record Ranges(List<NamedRange> ranges) implements Kind {
        public Ranges {
            ranges = List.copyOf(ranges);
        }
    }

    public record NamedRange(String name, Query.Range range) {}

    /// Buckets of equal steps, rising.
    ///
    /// - minCount: documents of a bucket at least; 0 shows the empty ones between two others
    public record Histogram(Steps steps, int minCount) implements Kind {}

    /// Least, greatest, sum and mean of the values.
    public record Stats() implements Kind {}

    /// How many different values there are.
    public record Distinct() implements Kind {}

    /// The values of a field with most documents.
    static Facet terms(Field field, int limit) {
        return new Facet(
                field, new Terms(limit, true, 1, Optional.empty(), ""), true, false, Map.of());
    }
}
