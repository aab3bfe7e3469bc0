#include "oofgg/grpc_transport.h"

#include <grpc/grpc.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "client/transport/grpc/grpc_call.h"
#include "client/transport/grpc/grpc_stream.h"
#include "client/transport/grpc/in_flight.h"

namespace oofgg {
namespace {

enum Server { kAuth = 0, kGame = 1, kMaker = 2 };

// The contract has one package for all that lives on the game server; ours name services one by one.
Server ServerOf(std::string_view method) {
  for (const std::string_view prefix : {"/v1.api.auth.", "/oofgg.v1.AccountService/",
                                        "/oofgg.v1.AdminService/", "/oofgg.v1.RevocationService/"}) {
    if (method.starts_with(prefix)) return kAuth;
  }
  for (const std::string_view prefix : {"/oofgg.v1.MatchmakingService/", "/oofgg.v1.FleetService/"}) {
    if (method.starts_with(prefix)) return kMaker;
  }
  return kGame;
}

std::shared_ptr<grpc::ChannelCredentials> CredentialsOf(const TlsOptions& tls) {
  if (!tls.enabled) return grpc::InsecureChannelCredentials();
  return grpc::SslCredentials({.pem_root_certs = tls.root_certificates_pem,
                               .pem_private_key = tls.private_key_pem,
                               .pem_cert_chain = tls.certificate_chain_pem});
}

grpc::ChannelArguments ArgumentsOf(const GrpcTransportOptions& options) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, static_cast<int>(options.keepalive_interval.count()));
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, static_cast<int>(options.keepalive_timeout.count()));
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // Our own backoff decides when to try again; gRPC's must not make it wait for minutes on top.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  // This is also how long an attempt to connect may take.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, static_cast<int>(options.connect_timeout.count()));
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2'000);
  // Retries live above; two layers of them would multiply.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  // Else transports of one process would share their links.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return arguments;
}

/// What gRPC says when it reached nobody names neither the address, when it is a name, nor what it is for.
Status Named(const Status& status, const std::string& endpoint) {
  const std::string_view message(status.message().data(), status.message().size());
  if (status.code() == StatusCode::kUnavailable &&
      (message.starts_with("failed to connect to all addresses") ||
       message.starts_with("DNS resolution failed"))) {
    const std::size_t last = message.rfind(": ");
    const std::string why(last == std::string_view::npos ? message : message.substr(last + 2));
    // Somebody answers, but not as a server of ours whom we trust.
    if (message.find("andshake") != std::string_view::npos ||
        message.find("Peer name") != std::string_view::npos) {
      return MakeStatus(
          StatusCode::kUnavailable,
          "no TLS connection to " + endpoint + " (" + why +
              "): it must speak TLS, with a certificate for that name from a trusted authority");
    }
    if (message.find("Socket closed") != std::string_view::npos) {
      return MakeStatus(StatusCode::kUnavailable,
                        endpoint + " hangs up at once: it may speak TLS, or ask for a client certificate");
    }
    return WithReason(
        MakeStatus(StatusCode::kUnavailable, "nobody answers at " + endpoint + " (" + why + ")"),
        kUnreachable);
  }
  if (status.code() == StatusCode::kDeadlineExceeded && message == "Deadline Exceeded") {
    return MakeStatus(StatusCode::kDeadlineExceeded, "no answer from " + endpoint + " in time");
  }
  return status;
}

class GrpcTransport final : public Transport {
 public:
  explicit GrpcTransport(const GrpcTransportOptions& options)
      : clock_(options.clock != nullptr ? *options.clock : Clock::System()),
        endpoints_{options.endpoints.auth, options.endpoints.game, options.endpoints.maker},
        stubs_{MakeStub(options, options.endpoints.auth), MakeStub(options, options.endpoints.game),
               MakeStub(options, options.endpoints.maker)} {}
  ~GrpcTransport() override { in_flight_.WaitForNone(); }

  std::unique_ptr<TransportHandle> StartUnary(TransportCall call, std::string request,
                                              OnReply on_reply) override {
    auto named = [endpoint = EndpointOf(call),
                  to = std::move(on_reply)](StatusOr<std::string> reply) mutable {
      to(reply.ok() ? std::move(reply) : Named(reply.status(), endpoint));
    };
    return internal::StartGrpcUnary(StubOf(call), in_flight_, clock_, call, request, std::move(named));
  }

  std::unique_ptr<TransportStream> StartStream(TransportCall call,
                                               TransportStreamCallbacks callbacks) override {
    callbacks.on_closed = [endpoint = EndpointOf(call), to = std::move(callbacks.on_closed)](
                              const Status& status) mutable { to(Named(status, endpoint)); };
    return internal::StartGrpcStream(StubOf(call), in_flight_, clock_, call, std::move(callbacks));
  }

 private:
  static std::unique_ptr<grpc::GenericStub> MakeStub(const GrpcTransportOptions& options,
                                                     const std::string& endpoint) {
    return std::make_unique<grpc::GenericStub>(
        grpc::CreateCustomChannel(endpoint, CredentialsOf(options.tls), ArgumentsOf(options)));
  }

  grpc::GenericStub& StubOf(const TransportCall& call) { return *stubs_[ServerOf(call.method)]; }

  const std::string& EndpointOf(const TransportCall& call) const { return endpoints_[ServerOf(call.method)]; }

  const Clock& clock_;
  const std::array<std::string, 3> endpoints_;
  internal::InFlight in_flight_;
  const std::array<std::unique_ptr<grpc::GenericStub>, 3> stubs_;
};

}  // namespace

std::shared_ptr<Transport> MakeGrpcTransport(const GrpcTransportOptions& options) {
  // Held for good: when its last user goes, gRPC 1.51 shuts down on the thread that dropped it, a game's
  // perhaps, and may wait 10 s there for a poller of its own. So its threads are there when the process
  // exits, perhaps in a handshake: OpenSSL must not take itself down beneath them.
  static const bool held = (OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr), grpc_init(), true);
  static_cast<void>(held);
  return std::make_shared<GrpcTransport>(options);
}

}  // namespace oofgg
