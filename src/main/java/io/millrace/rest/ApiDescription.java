package io.millrace.rest;

import jakarta.ws.rs.core.Application;
import org.eclipse.microprofile.openapi.annotations.Components;
import org.eclipse.microprofile.openapi.annotations.OpenAPIDefinition;
import org.eclipse.microprofile.openapi.annotations.info.Info;
import org.eclipse.microprofile.openapi.annotations.info.License;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// What the OpenAPI document says about the whole, and its examples.
@OpenAPIDefinition(
        info =
                @Info(
                        title = "Millrace",
                        version = "0.1",
                        description =
                                "Kafka topics and Postgres tables as a search index that knows exactly how far it has"
                                        + " read. Every failure is problem+json (RFC 9457).",
                        license = @License(name = "Apache-2.0")),
        // What ProblemResponses refers to.
        components =
                @Components(schemas = @Schema(name = "Problem", implementation = Problem.class)))
public class ApiDescription extends Application {
    static final String DEFINITION =
            """
            key: id
            fields:
              place:     { type: text, analyzer: english }
              magnitude: { type: double }
              status:    { type: keyword }
              time:      { type: timestamp, unit: millis }
            source:
              kafka: { topic: quakes, format: json, key-from: record }
            commit: { interval: 1s, changes: 100000, bytes: 64MiB, idle-interval: 10s }
            """;

    static final String SOURCE =
            """
            postgres:
              url: postgresql://db.example.com:5432/shop
              user: millrace
              password: { env: MILLRACE_SECRET_SHOP }
              ssl-mode: verify-full
              wal-budget: 10GiB
            """;

    static final String SEARCH =
            """
            {
              "query":  {"match": {"place": "off coast alaska"}},
              "filter": {"and": [{"eq": {"status": "reviewed"}},
                                 {"range": {"magnitude": {"gte": 4, "lt": 6}}},
                                 {"not": {"in": {"net": ["ci", "nc"]}}}]},
              "sort":   [{"time": "desc"}],
              "limit":  20,
              "fields": ["place", "magnitude", "time"]
            }
            """;

    static final String LINES =
            """
            {"id": "a", "place": "Alaska", "magnitude": 4.5}
            {"$upsert": {"id": "b", "place": "Nevada", "magnitude": 2}}
            {"$patch": {"key": "a", "set": {"status": "reviewed"}}}
            {"$delete": "c"}
            """;

    static final String EVENT =
            """
            event: commit
            id: quakes:5b0c1f2e9a7d4c38:42:0
            data: {"specversion":"1.0","id":"quakes:5b0c1f2e9a7d4c38:42:0",\
            "source":"/indexes/quakes","type":"io.millrace.commit.v1",\
            "time":"2026-11-20T15:06:40.120Z","generation":42,\
            "previousgeneration":41,"datacontenttype":"application/json","data":{"kind":"INDEX",\
            "commitId":"01KAF0S7R4M8C2D6F9H1J3K5N7","contentGeneration":42,"schemaVersion":1,"positions":{"quakes":{"0":1707}},\
            "documents":{"total":1500,"added":20,"deleted":3,"rejected":1},"segments":{"total":4,\
            "added":[{"id":"01KAF0S7R2Z3V9X4M6N8P0Q1T5","documents":20,"bytes":9120}],"removed":[]},\
            "committedAt":"2026-11-20T15:06:40.120Z"}}
            """;
}
