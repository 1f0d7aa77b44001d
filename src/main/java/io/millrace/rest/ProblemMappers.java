package io.millrace.rest;

import io.millrace.MillraceException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.Locale;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/// Every failure as a [Problem], those of the framework included.
public final class ProblemMappers {
    private static final System.Logger LOG = System.getLogger(ProblemMappers.class.getName());
    private static final int RETRY_AFTER_SECONDS = 1;

    @ServerExceptionMapper
    public RestResponse<Problem> ofMillrace(MillraceException failure, UriInfo uri) {
        Problem problem = Problem.of(failure, uri.getPath());
        if (problem.status() == 500) {
            LOG.log(System.Logger.Level.ERROR, "request failed: " + uri.getPath(), failure);
        }
        RestResponse.ResponseBuilder<Problem> answer = answer(problem);
        if (failure instanceof MillraceException.Unavailable unavailable
                && unavailable.isPassing()) {
            answer.header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        return answer.build();
    }

    @ServerExceptionMapper
    public RestResponse<Problem> ofHttp(ProblemException failure) {
        RestResponse.ResponseBuilder<Problem> answer = answer(failure.problem());
        Integer seconds = failure.retryAfterSeconds();
        if (seconds != null) {
            answer.header(HttpHeaders.RETRY_AFTER, seconds);
        }
        return answer.build();
    }

    /// 404, 405, 406, 415 and the like, which the framework finds before a resource is asked.
    @ServerExceptionMapper
    public RestResponse<Problem> ofFramework(WebApplicationException failure, UriInfo uri) {
        Response refused = failure.getResponse();
        Response.StatusType status = refused.getStatusInfo();
        String title = status.getReasonPhrase().toLowerCase(Locale.ROOT);
        Problem problem =
                Problem.of(
                        title.replace(' ', '-'),
                        title,
                        status.getStatusCode(),
                        detail(status, uri),
                        uri.getPath());
        RestResponse.ResponseBuilder<Problem> answer = answer(problem);
        String allowed = refused.getHeaderString(HttpHeaders.ALLOW);
        if (allowed != null) {
            answer.header(HttpHeaders.ALLOW, allowed);
        }
        return answer.build();
    }

    @ServerExceptionMapper
    public RestResponse<Problem> ofAnythingElse(Throwable failure, UriInfo uri) {
        LOG.log(System.Logger.Level.ERROR, "request failed: " + uri.getPath(), failure);
        return answer(
                        Problem.of(
                                "bug",
                                "internal error",
                                500,
                                "unexpected "
                                        + failure.getClass().getSimpleName()
                                        + ", see the log",
                                uri.getPath()))
                .build();
    }

    private static String detail(Response.StatusType status, UriInfo uri) {
        return switch (status.getStatusCode()) {
            case 404 -> "nothing at " + uri.getPath();
            case 405 -> "this method is not allowed at " + uri.getPath();
            case 406 -> "no representation that the Accept header allows, expected JSON";
            case 415 ->
                    "Content-Type of the body is missing or not understood, expected"
                            + " application/json (definitions also application/yaml, documents"
                            + " application/x-ndjson)";
            default -> status.getReasonPhrase().toLowerCase(Locale.ROOT);
        };
    }

    private static RestResponse.ResponseBuilder<Problem> answer(Problem problem) {
        return RestResponse.ResponseBuilder.<Problem>create(
                        RestResponse.Status.fromStatusCode(problem.status()))
                .entity(problem)
                .type(Problem.MEDIA_TYPE);
    }
}
