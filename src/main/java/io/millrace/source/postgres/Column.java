package io.millrace.source.postgres;

import io.millrace.document.Analysis;
import io.millrace.document.Field;
import io.millrace.document.FieldPath;
import io.millrace.document.FieldType;
import io.millrace.document.TimestampUnit;
import java.util.Optional;

/// A column that both a copy of the table and the write-ahead log have.
///
/// - typeOid, typeModifier: what the catalog, and the log, call its type
/// - nullable: no rule of the table keeps nulls out
record Column(
        String name,
        ColumnType type,
        long typeOid,
        int typeModifier,
        boolean nullable,
        boolean generated) {

    /// How the values are indexed; empty where each document decides, and where no field can have
    /// the name. What does not fit (`NaN`, `infinity`) stays in the document and out of the index.
    Optional<Field> field() {
        return FieldPath.isInferable(name) ? type.fieldType().map(this::field) : Optional.empty();
    }

    /// How the values are indexed where they are, or are part of, the key.
    Optional<Field> keyField() {
        if (type.isMulti() || !FieldPath.isInferable(name)) {
            return Optional.empty();
        }
        return type.fieldType()
                .map(is -> Field.of(name, is.isKey() ? is : FieldType.KEYWORD).withUnit(unit(is)));
    }

    private Field field(FieldType is) {
        return new Field(name, is, type.isMulti(), unit(is), Analysis.DEFAULT, true);
    }

    private static TimestampUnit unit(FieldType is) {
        return is == FieldType.TIMESTAMP ? TimestampUnit.ISO : TimestampUnit.MILLIS;
    }
}
