#include "servers/game/websocket_port.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "servers/common/process.h"

namespace oofgg::servers {
namespace {

net::WebSocketOptions WebSocketOptionsOf(const GameSettings& settings, net::SecureLayerFactory secure) {
  net::WebSocketOptions options;
  options.origins = settings.websocket_origins;
  options.proxies = settings.server.proxies;
  options.secure = std::move(secure);
  options.max_connections = (std::min)(static_cast<std::size_t>(settings.websocket_max_connections),
                                       DescriptorsForConnections(Process::DescriptorLimit()));
  options.max_connections_per_address = static_cast<std::size_t>(settings.websocket_max_per_address);
  return options;
}

}  // namespace

StatusOr<std::unique_ptr<WebSocketPort>> WebSocketPort::Open(const GameSettings& settings,
                                                             boost::asio::io_context& io,
                                                             game::EventFacade& events, Executor& workers,
                                                             net::WebSocketAuthenticator authenticate,
                                                             net::SecureLayerFactory secure) {
  if (!secure) {
    OOFGG_RETURN_IF_ERROR(
        CheckPlaintextAddress("--websocket-listen", settings.websocket_listen, settings.server.insecure));
  }
  const auto open = [&events](const CallContext& context, std::shared_ptr<StreamHost> host,
                              game::EventFacade::OnRefused on_refused) {
    return events.Open(context, std::move(host), std::move(on_refused));
  };
  auto listener = net::WebSocketListener::Listen(io, settings.websocket_listen, open, Clock::System(),
                                                 workers, std::move(authenticate),
                                                 WebSocketOptionsOf(settings, std::move(secure)));
  if (!listener.ok()) return Annotate(listener.status(), "--websocket-listen");
  return std::unique_ptr<WebSocketPort>(new WebSocketPort(*std::move(listener)));
}

void WebSocketPort::AddMetrics(OpsServer& ops) const {
  ops.AddGauge("oofgg_websocket_connections", "Open connections of the WebSocket port.",
               [this] { return static_cast<double>(listener_->connections()); });
  using Counts = net::WebSocketCounts;
  const auto count = [&](const char* what, const char* help, std::uint64_t Counts::*field) {
    ops.AddCounter("oofgg_websocket_" + std::string(what) + "_total", help,
                   [this, field] { return static_cast<double>(listener_->counts().*field); });
  };
  count("accepted", "Connections that came.", &Counts::accepted);
  count("over_connections", "Of these, turned away: too many in all.", &Counts::over_connections);
  count("over_address", "Of these, turned away: too many from one address.",
        &Counts::over_connections_of_address);
  count("opened", "Connections that became WebSockets.", &Counts::opened);
  count("unauthorized", "Connections refused for want of a good token.", &Counts::unauthorized);
  count("over_rate", "Connections refused: too many begun at once.", &Counts::over_rate);
  count("other_refusals", "Connections refused since they asked for something else.",
        &Counts::other_refusals);
  count("timeouts", "Connections ended before they were WebSockets, since that took too long.",
        &Counts::timeouts);
  count("unanswered", "Connections ended since the peer did not answer.", &Counts::unanswered);
  count("not_reading", "Connections ended since the peer did not read.", &Counts::not_reading);
  count("broken", "Connections ended since the peer broke a rule.", &Counts::broken);
}

void WebSocketPort::AddDoors(rpc::ServiceHost& host) const {
  host.AddDoor({.end_session = [this](std::string_view id) { listener_->EndSession(id); },
                .send_away = [this] { listener_->SendAway(); }});
}

void WebSocketPort::DrainInto(Drain& drain) { listener_->Drain(drain.Add()); }

}  // namespace oofgg::servers
