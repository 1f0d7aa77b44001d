package io.millrace.source.postgres;

import io.millrace.MillraceException;

/// The table an index reads, as far as the log must know it.
///
/// - oid: which table it is, whatever its name is now
/// - system: the database cluster that the index was built from
/// - timeline: of its history, when the index began
record WalTable(TableName name, int oid, String system, int timeline) {

    MillraceException.Fenced madeAnew(int newOid) {
        return new MillraceException.Fenced(
                ("table %s was dropped and made anew (%s, was %s): its old rows are gone without a"
                                + " word of the log. Rebuild the index")
                        .formatted(
                                name,
                                Integer.toUnsignedString(newOid),
                                Integer.toUnsignedString(oid)));
    }
}
