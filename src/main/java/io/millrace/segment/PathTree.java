package io.millrace.segment;

import io.millrace.document.Field;
import io.millrace.document.FieldPath;
import io.millrace.document.Hash64;
import io.millrace.document.Schema;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds the field that a document's member belongs to from the bytes of the member's name, object
/// by object, without building paths. Grows with the schema; confined to one thread.
///
/// A member whose own name has dots (`"geo.depth": 7`) is found like a member of a nested object:
/// both are walked step by step, so that a path costs its length however it may be spelled.
final class PathTree {

    /// A place in a document: a field, an object that holds fields, or both.
    static final class Node {
        private static final Node[] NONE = new Node[0];

        private final byte[] label;
        private final String path;

        /// The field's ordinal, or -1 for an object only.
        private int field = -1;

        /// Open addressing by the hash of the label; a power of two, at most half taken.
        private @Nullable Node[] children = NONE;

        private int childCount;

        private Node(byte[] label, String path) {
            this.label = label;
            this.path = path;
        }

        /// From the root, which has an empty one.
        String path() {
            return path;
        }

        int field() {
            return field;
        }

        /// The place of a member of this object, or null when there is no field at or below it.
        @Nullable Node child(byte[] bytes, int offset, int length) {
            int end = offset + length;
            int from = offset;
            Node place = this;
            while (place != null) {
                int dot = from;
                while (dot < end && bytes[dot] != '.') {
                    dot++;
                }
                place = place.step(bytes, from, dot - from);
                if (dot == end) {
                    return place;
                }
                from = dot + 1;
            }
            return null;
        }

        private @Nullable Node step(byte[] bytes, int offset, int length) {
            if (childCount == 0) {
                return null;
            }
            int mask = children.length - 1;
            int slot = (int) Hash64.of(bytes, offset, length) & mask;
            for (Node child = children[slot]; child != null; child = children[slot]) {
                if (Arrays.equals(
                        child.label, 0, child.label.length, bytes, offset, offset + length)) {
                    return child;
                }
                slot = (slot + 1) & mask;
            }
            return null;
        }

        private Node stepOrNew(String name) {
            byte[] step = name.getBytes(StandardCharsets.UTF_8);
            Node known = step(step, 0, step.length);
            if (known != null) {
                return known;
            }
            Node entered = new Node(step, path.isEmpty() ? name : path + "." + name);
            add(entered);
            return entered;
        }

        private void add(Node child) {
            if (2 * ++childCount > children.length) {
                @Nullable Node[] before = children;
                children = new Node[Math.max(4, before.length * 2)];
                for (Node node : before) {
                    if (node != null) {
                        place(node);
                    }
                }
            }
            place(child);
        }

        private void place(Node child) {
            int mask = children.length - 1;
            int slot = (int) Hash64.of(child.label, 0, child.label.length) & mask;
            while (children[slot] != null) {
                slot = (slot + 1) & mask;
            }
            children[slot] = child;
        }
    }

    private final Node root = new Node(new byte[0], "");
    private int entered;

    PathTree(Schema schema) {
        grow(schema);
    }

    /// Enters the fields that are new in a later version of the schema. Reserved names are left
    /// out: no member of a document becomes such a field.
    void grow(Schema schema) {
        List<Field> fields = schema.fields();
        for (; entered < fields.size(); entered++) {
            String path = fields.get(entered).path();
            if (FieldPath.isReserved(path)) {
                continue;
            }
            Node place = root;
            for (String step : path.split("\\.", -1)) {
                place = place.stepOrNew(step);
            }
            place.field = entered;
        }
    }

    Node root() {
        return root;
    }
}
