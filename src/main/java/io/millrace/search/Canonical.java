package io.millrace.search;

/// A part of a request that is no record: two ask for the same exactly when their texts are equal.
interface Canonical {
    String canonicalText();
}
