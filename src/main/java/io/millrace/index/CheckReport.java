package io.millrace.index;

import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What [IndexCheck] found in a folder.
///
/// - generation: the newest one, 0 when there is none
/// - findings: what is wrong; the first of each file
/// - losses: what is wrong with rejects that are kept for people alone: the index is whole without
/// - orphans: files of ours that no kept generation needs: left of a crash, gone at the next open
public record CheckReport(
        String folder,
        String index,
        String incarnation,
        long generation,
        int segmentCount,
        long documentCount,
        String checkpoint,
        List<Finding> findings,
        List<Finding> losses,
        List<String> orphans) {

    /// One thing that is not as it must be.
    ///
    /// - file: empty when it is the folder itself
    /// - place: where in the file; empty when it is the whole of it
    public record Finding(String file, String place, String expected, String found) {
        @Override
        public String toString() {
            return "%s%s: expected %s, found %s"
                    .formatted(
                            file.isEmpty() ? "folder" : file,
                            place.isEmpty() ? "" : " (" + place + ")",
                            expected,
                            found);
        }
    }

    public CheckReport {
        findings = List.copyOf(findings);
        losses = List.copyOf(losses);
        orphans = List.copyOf(orphans);
    }

    public boolean isWhole() {
        return findings.isEmpty();
    }

    public Obj toValue() {
        Map<String, Value> report = new LinkedHashMap<>();
        report.put("folder", Value.of(folder));
        report.put("index", Value.of(index));
        report.put("incarnation", Value.of(incarnation));
        report.put("generation", Value.of(generation));
        report.put("segments", Value.of(segmentCount));
        report.put("documents", Value.of(documentCount));
        report.put("checkpoint", Value.of(checkpoint));
        report.put("findings", toValue(findings));
        report.put("losses", toValue(losses));
        report.put("orphans", new Value.Array(orphans.stream().<Value>map(Value::of).toList()));
        return new Obj(report);
    }

    private static Value toValue(List<Finding> findings) {
        return new Value.Array(findings.stream().<Value>map(CheckReport::toValue).toList());
    }

    private static Obj toValue(Finding finding) {
        Map<String, Value> members = new LinkedHashMap<>();
        members.put("file", Value.of(finding.file()));
        members.put("place", Value.of(finding.place()));
        members.put("expected", Value.of(finding.expected()));
        members.put("found", Value.of(finding.found()));
        return new Obj(members);
    }
}
