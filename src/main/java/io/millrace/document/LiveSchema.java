package io.millrace.document;

import io.millrace.MillraceException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The schema of a generation that is being written, shared by all who write it. It grows until the
/// generation is dropped: fields are appended, a dynamic long becomes a double. What was written
/// under an older version stays true, for every segment keeps the version it was written with.
///
/// May be shared between threads: reading takes no lock, growing takes turns.
public final class LiveSchema {
    private volatile Schema current;

    public LiveSchema(Schema base) {
        this.current = base;
    }

    public Schema current() {
        return current;
    }

    /// Enters what one document has at paths without a field, or with a dynamic one that is too
    /// narrow. Paths that cannot become fields, or find no room, are passed over; somebody else may
    /// have entered another type before.
    ///
    /// @param found types by path
    /// @return the newest version
    public synchronized Schema infer(Map<String, FieldType> found) {
        Schema schema = current;
        if (!schema.dynamic()) {
            return schema;
        }
        Map<String, Field> changed = new LinkedHashMap<>();
        int room = schema.room();
        for (Map.Entry<String, FieldType> one : found.entrySet()) {
            String path = one.getKey();
            int ordinal = schema.ordinal(path);
            if (ordinal >= 0) {
                Field field = schema.fields().get(ordinal);
                if (widens(field, one.getValue())) {
                    changed.put(path, field.withType(FieldType.DOUBLE));
                }
            } else if (room > 0 && FieldPath.isInferable(path)) {
                changed.put(path, Field.inferred(path, one.getValue()));
                room--;
            }
        }
        return changed.isEmpty() ? schema : grown(schema.with(List.copyOf(changed.values())));
    }

    /// Enters [Field#IGNORED], which needs no room.
    public synchronized Schema withIgnored() {
        Schema schema = current;
        return schema.ordinal(Field.IGNORED.path()) >= 0
                ? schema
                : grown(schema.with(List.of(Field.IGNORED)));
    }

    /// Back to what is published. Nobody writes under a newer version any more.
    public synchronized void reset(Schema published) {
        current = published;
    }

    /// Takes over what a definition declares: fields that are new, in the place of inferred ones
    /// too, analyzers, and whether further fields are inferred. Everything else stays.
    ///
    /// @return the newest version, the same when nothing differs
    /// @throws MillraceException.InvalidRequest when a field has another type by now
    public synchronized Schema declare(Schema declared) {
        Schema schema = current;
        List<Field> changed = new ArrayList<>();
        for (Field field : declared.fields()) {
            Field known = schema.field(field.path()).orElse(field);
            if (known.type() != field.type() && !widens(known, field.type())) {
                throw MillraceException.InvalidRequest.conflict(
                        "field %s is %s by now, the definition says %s; restore the definition or"
                                        .formatted(
                                                field.path(),
                                                known.type().label(),
                                                field.type().label())
                                + " rebuild the index");
            }
            if (schema.ordinal(field.path()) < 0 || !known.equals(field)) {
                changed.add(field);
            }
        }
        Schema next = changed.isEmpty() ? schema : schema.with(changed);
        if (next.dynamic() != declared.dynamic()) {
            next = next.withDynamic(declared.dynamic());
        }
        return next == schema ? schema : grown(next);
    }

    private Schema grown(Schema next) {
        current = next;
        return next;
    }

    /// A number with a fraction at a path that held whole numbers so far.
    private static boolean widens(Field field, FieldType found) {
        return field.dynamic() && field.type() == FieldType.LONG && found == FieldType.DOUBLE;
    }
}
