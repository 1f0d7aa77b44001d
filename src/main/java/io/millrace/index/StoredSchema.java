package io.millrace.index;

import io.millrace.document.Schema;
import org.jspecify.annotations.Nullable;

/// The schema of a generation, with where it is stored.
///
/// - file: null when the commit record holds it
record StoredSchema(Schema schema, SchemaFile.@Nullable Meta file) {
    static StoredSchema inRecord(Schema schema) {
        return new StoredSchema(schema, null);
    }
}
