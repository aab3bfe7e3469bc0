#include "net/maker_api.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/address_group.h"
#include "base/forwarded_for.h"
#include "base/host_name.h"
#include "net/accept.h"
#include "oofgg/auth/authorizer.h"
#include "oofgg/parse.h"
#include "orchestration/call_gate.h"

namespace oofgg::net {
namespace {

using orchestration::RequestView;
using std::chrono::seconds;

/// Until whoever was sent away by what passes by itself asks again.
constexpr seconds kBackSoon{1};

/// One call, read and found sound.
struct MakerCall {
  std::string client_id;
  std::string fleet;
  seconds wait{0};
  bool json = false;
  std::string local_address;
};

/// The host in a `Host` header; nothing if it can be neither a name nor an address.
std::optional<std::string> HostOf(std::string_view header) {
  auto address = ParseHostPort(header);
  if (!address.ok()) address = ParseHostPort(std::string(header) + ":80");
  if (!address.ok() || !base::IsHost(address->host)) return std::nullopt;
  return std::move(address->host);
}

HttpResponse Text(int status, std::string_view body) { return {.status = status, .body = std::string(body)}; }

HttpResponse Json(int status, const nlohmann::json& body) {
  // Errors quote the output of game servers, which may be any bytes.
  return {.status = status,
          .body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
          .content_type = "application/json"};
}

/// An answer that is none of those that were hoped for.
HttpResponse Refusal(int code, const std::string& error, bool json, const char* label = "error") {
  return json ? Json(code, {{"status", label}, {"error", error}}) : Text(code, error);
}

HttpResponse Unauthorized(bool json) {
  HttpResponse response = Refusal(401, "Unauthorized", json);
  response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

HttpResponse NotAllowed(bool json) {
  HttpResponse refusal = Refusal(405, "Method Not Allowed", json);
  refusal.headers.emplace_back("Allow", "POST, GET, HEAD, DELETE");
  return refusal;
}

void SetRetryAfter(HttpResponse& response, Duration after) {
  const auto whole =
      std::chrono::ceil<seconds>(std::clamp<Duration>(after, Duration::zero(), std::chrono::hours(1)));
  response.headers.emplace_back("Retry-After",
                                std::to_string((std::max<seconds>)(whole, seconds(1)).count()));
}

HttpResponse TooMany(const Admission& admission, bool json) {
  HttpResponse refusal = Refusal(429, "Too Many Requests", json);
  SetRetryAfter(refusal, admission.retry_after);
  return refusal;
}

int StatusOf(const Status& status) {
  switch (status.code()) {
    case StatusCode::kInvalidArgument:
      return 400;
    case StatusCode::kUnauthenticated:
      return 401;
    case StatusCode::kNotFound:
      return 404;
    case StatusCode::kResourceExhausted:
      return 429;
    case StatusCode::kUnavailable:
    case StatusCode::kDeadlineExceeded:
      return 503;
    default:
      return 500;
  }
}

std::string MessageOf(const Status& status) {
  if (const auto violations = FieldViolationsOf(status); !violations.empty()) {
    return violations.front().field + " " + violations.front().description;
  }
  return std::string(status.message());
}

HttpResponse Failure(const Status& status, bool json) {
  const int code = StatusOf(status);
  HttpResponse response = Refusal(code, MessageOf(status), json);
  if (const auto after = RetryAfterOf(status)) {
    SetRetryAfter(response, *after);
  } else if (code == 503) {
    SetRetryAfter(response, kBackSoon);  // A store that is away tells no time.
  }
  return response;
}

bool WantsJson(const HttpRequest& request) { return WantsType(request, "application/json"); }

}  // namespace

class MakerApi::Door : public std::enable_shared_from_this<Door> {
 public:
  Door(orchestration::RequestFacade& facade, BoundedExecutor& executor, MakerApiOptions options)
      : facade_(facade), executor_(executor), options_(std::move(options)) {}

  void Handle(const HttpRequest& request, const HttpReplier& reply) {
    const bool json = WantsJson(request);
    if (const Admission admission = AdmitAddress(CallerAddress(request)); !admission) {
      return reply(TooMany(admission, json));
    }
    if (request.segments != std::vector<std::string>{"request"}) {
      return reply(Refusal(404, "Not Found", json));
    }
    const bool look = request.method == "GET" || request.method == "HEAD";
    if (!look && request.method != "POST" && request.method != "DELETE") return reply(NotAllowed(json));
    auto call = Read(request);
    if (!call.ok()) {
      return reply(absl::IsUnauthenticated(call.status()) ? Unauthorized(json)
                                                          : Failure(call.status(), json));
    }
    if (options_.limiter != nullptr) {
      const Admission admission = options_.limiter->TryTake(call->client_id);
      if (!admission) return reply(TooMany(admission, json));
    }
    const std::string method = look ? "GET" : request.method;
    if (method == "DELETE") return RunSoon(method, *call, reply);
    // Most who ask have their seat, and asking costs least where the call came in.
    const auto self = shared_from_this();
    const auto shared = std::make_shared<const MakerCall>(*std::move(call));
    gate_.Pass([&] {
      facade_.AnswerSeated(
          shared->fleet, shared->client_id,
          [self, shared, reply](const StatusOr<RequestView>& view) { self->Answer(view, *shared, reply); },
          [self, shared, method, reply] { self->RunSoon(method, *shared, reply); });
    });
  }

  void Close() { gate_.Close(); }

 private:
  [[nodiscard]] std::string CallerAddress(const HttpRequest& request) const {
    std::string forwarded;
    for (const auto& [name, value] : request.headers) {
      if (name == "x-forwarded-for") forwarded += (forwarded.empty() ? "" : ",") + value;
    }
    return ForwardedFor(options_.proxies, request.peer_address, forwarded);
  }

  [[nodiscard]] Admission AdmitAddress(const std::string& address) const {
    const bool exempt = options_.exempt_loopback && IsLoopback(address);
    if (options_.address_limiter == nullptr || exempt) return {.granted = true};
    return options_.address_limiter->TryTake(AddressGroup(address));
  }

  StatusOr<MakerCall> Read(const HttpRequest& request) const {
    MakerCall call;
    OOFGG_ASSIGN_OR_RETURN(call.client_id, ReadClientId(request));
    call.fleet = std::string(request.Query("fleet").value_or(options_.default_fleet));
    call.json = WantsJson(request);
    call.local_address = request.local_address;
    if (const auto host = request.Header("host"); host && options_.host_as_asked) {
      if (auto asked = HostOf(*host)) call.local_address = *std::move(asked);
    }
    if (const auto wait = request.Query("wait")) {
      const auto count = ParseInteger<std::uint32_t>(*wait);
      if (!count.ok()) return InvalidField("wait", "must be a whole number of seconds, 30 at most");
      call.wait = (std::min)(seconds(*count), options_.longest_wait);
    }
    return call;
  }

  StatusOr<std::string> ReadClientId(const HttpRequest& request) const {
    const auto value = request.Header("authorization");
    if (!value || value->empty()) return MakeStatus(StatusCode::kUnauthenticated, "Authorization is missing");
    const auto count = std::count_if(request.headers.begin(), request.headers.end(),
                                     [](const auto& header) { return header.first == "authorization"; });
    if (count > 1) return InvalidField("Authorization", "must be sent once");
    if (!options_.verify_token) return std::string(*value);
    OOFGG_ASSIGN_OR_RETURN(const std::string_view token, auth::BearerCredential(*value));
    const auto caller = options_.verify_token(token);
    if (!caller.ok()) return MakeStatus(StatusCode::kUnauthenticated, "the token is not valid");
    return caller->user_id;
  }

  /// Where it may wait for the store.
  void RunSoon(const std::string& method, const MakerCall& call, const HttpReplier& reply) {
    const bool accepted = executor_.TryPost([self = shared_from_this(), method, call, reply] {
      self->gate_.Pass([&] { self->Run(method, call, reply); });
    });
    if (accepted) return;
    HttpResponse busy = Refusal(503, "Service Unavailable", call.json);
    SetRetryAfter(busy, kBackSoon);
    reply(std::move(busy));
  }

  void Answer(const StatusOr<RequestView>& view, const MakerCall& call, const HttpReplier& reply) const {
    reply(view.ok() ? Describe(*view, call) : Failure(view.status(), call.json));
  }

  void Run(const std::string& method, const MakerCall& call, const HttpReplier& reply) {
    if (method == "DELETE") {
      const Status withdrawn = facade_.Withdraw(call.fleet, call.client_id);
      if (!withdrawn.ok()) return reply(Failure(withdrawn, call.json));
      return reply(call.json ? Json(200, {{"status", "withdrawn"}}) : Text(200, "Withdrawn"));
    }
    const auto answer = [self = shared_from_this(), call, reply](const StatusOr<RequestView>& view) {
      self->Answer(view, call, reply);
    };
    if (method == "POST") return facade_.Post(call.fleet, call.client_id, answer);
    facade_.Get(call.fleet, call.client_id, call.wait, answer);
  }

  [[nodiscard]] HttpResponse Describe(const RequestView& view, const MakerCall& call) const {
    switch (view.stage) {
      case RequestView::Stage::kPending: {
        nlohmann::json body{{"status", "pending"}};
        if (view.position > 0) body["position"] = view.position;
        if (view.estimate) body["estimate_seconds"] = view.estimate->count();
        HttpResponse response = call.json ? Json(202, body) : Text(202, "Accepted");
        // Not for longer than a long poll lasts: an estimate may be wrong, and a place may come free at any
        // time.
        if (view.estimate) SetRetryAfter(response, (std::min)(*view.estimate, options_.longest_wait));
        return response;
      }
      case RequestView::Stage::kFailed:
        return Refusal(503, view.error, call.json, "failed");  // To be asked for anew at once.
      case RequestView::Stage::kReady:
        return DescribeReady(view, call);
    }
    return Refusal(500, "Internal Server Error", call.json);
  }

  [[nodiscard]] HttpResponse DescribeReady(const RequestView& view, const MakerCall& call) const {
    const std::string& host = !options_.public_host.empty() ? options_.public_host
                              : !view.server.host.empty()   ? view.server.host
                                                            : call.local_address;
    if (!call.json) return Text(200, FormatHostPort({host, view.server.port}));
    nlohmann::json body{{"status", "ready"}, {"host", host}, {"port", view.server.port}};
    if (options_.issue_ticket) body["ticket"] = options_.issue_ticket(call.client_id, view.server);
    return Json(200, body);
  }

  orchestration::CallGate gate_;
  orchestration::RequestFacade& facade_;
  BoundedExecutor& executor_;
  const MakerApiOptions options_;
};

MakerApi::MakerApi(orchestration::RequestFacade& facade, BoundedExecutor& executor, MakerApiOptions options)
    : door_(std::make_shared<Door>(facade, executor, std::move(options))) {}
MakerApi::~MakerApi() { door_->Close(); }

HttpHandler MakerApi::handler() const {
  return
      [door = door_](const HttpRequest& request, const HttpReplier& reply) { door->Handle(request, reply); };
}

}  // namespace oofgg::net
