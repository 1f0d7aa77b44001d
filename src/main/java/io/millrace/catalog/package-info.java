/// What indexes should exist: [IndexDefinition]s with their rules, kept durable in a folder now and
/// in Postgres later ([Catalog]).
///
/// A definition is checked by [DefinitionParser]; of an existing one only `commit` may change.
///
/// - Enters: values from YAML files and HTTP. Leaves: checked definitions.
/// - Threads: plain blocking Java; [Catalog] may be shared.
@NullMarked
package io.millrace.catalog;

import org.jspecify.annotations.NullMarked;
