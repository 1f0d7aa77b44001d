package io.millrace.document;

import java.util.Iterator;
import java.util.List;
import java.util.Map;

/// Arrays and objects as messages show them: compact JSON. What leaves the node is written by
/// package `json`, which is faster and knows bytes.
final class JsonText {
    private JsonText() {}

    static String of(Value value) {
        StringBuilder text = new StringBuilder();
        append(text, value);
        return text.toString();
    }

    private static void append(StringBuilder text, Value value) {
        switch (value) {
            case Value.Null _, Value.Bool _, Value.Int _, Value.Real _, Value.Decimal _ ->
                    text.append(value);
            case Value.Text(String string) -> appendQuoted(text, string);
            case Value.Array(List<Value> items) -> {
                text.append('[');
                for (int i = 0; i < items.size(); i++) {
                    text.append(i == 0 ? "" : ",");
                    append(text, items.get(i));
                }
                text.append(']');
            }
            case Value.Obj(Map<String, Value> members) -> {
                text.append('{');
                Iterator<Map.Entry<String, Value>> entries = members.entrySet().iterator();
                while (entries.hasNext()) {
                    Map.Entry<String, Value> member = entries.next();
                    appendQuoted(text, member.getKey());
                    text.append(':');
                    append(text, member.getValue());
                    text.append(entries.hasNext() ? "," : "");
                }
                text.append('}');
            }
        }
    }

    private static void appendQuoted(StringBuilder text, String string) {
        text.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < ' ') {
                text.append("\\u%04x".formatted((int) c));
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }
}
