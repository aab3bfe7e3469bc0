#include "net/kept_http_client.h"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "net/kept_http_link.h"
#include "oofgg/parse.h"

namespace oofgg::net {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using LinkPtr = std::shared_ptr<KeptHttpLink>;
using LinkTime = KeptHttpLink::TimePoint;

constexpr std::chrono::milliseconds kBetweenLooks{100};

/// Where a call goes.
struct Destination {
  tcp::endpoint endpoint;
  std::string authority;
  std::string path;
};

StatusOr<Destination> DestinationOf(const HttpCall& call) {
  constexpr std::string_view kScheme = "http://";
  const std::string_view url = call.url;
  if (!url.starts_with(kScheme)) return InvalidField("url", "must begin with http://");
  if (call.on_data) return InvalidField("on_data", "is not for short calls");
  const auto slash = (std::min)(url.find('/', kScheme.size()), url.size());
  const std::string_view authority = url.substr(kScheme.size(), slash - kScheme.size());
  OOFGG_ASSIGN_OR_RETURN(const HostPort where, ParseHostPort(authority));
  boost::system::error_code error;
  const auto address = asio::ip::make_address(where.host, error);
  if (error) return InvalidField("url", "must have an address for its host");
  return Destination{{address, where.port}, std::string(authority), std::string(url.substr(slash))};
}

}  // namespace

class KeptHttpClient::Pool : public std::enable_shared_from_this<Pool> {
 public:
  Pool(asio::io_context& io, KeptHttpOptions options) : io_(io), options_(options), timer_(io) {}

  void Send(const HttpCall& call, OnReply on_reply) {
    auto destination = DestinationOf(call);
    auto link = destination.ok() ? LinkTo(destination->endpoint) : StatusOr<LinkPtr>(destination.status());
    if (!link.ok()) {
      asio::post(io_, [on_reply = std::move(on_reply), status = link.status()]() mutable {
        std::move(on_reply)(status);
      });
      return;
    }
    const auto executor = (*link)->get_executor();
    asio::dispatch(executor, [link = *std::move(link), call, destination = *std::move(destination),
                              on_reply = std::move(on_reply)]() mutable {
      link->Run(call, destination.authority, destination.path, std::move(on_reply));
    });
  }

  void Close() {
    std::vector<LinkPtr> links;
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
      for (const auto& [endpoint, host] : hosts_) {
        for (const auto& [link, idle_since] : host) links.push_back(link);
      }
    }
    for (const LinkPtr& link : links) link->Cancel();
  }

  std::size_t connections() const {
    const std::lock_guard lock(mutex_);
    return count_;
  }

 private:
  /// Of one host: all of them, and since when each has been idle; `max()` while it is used.
  using Host = std::map<LinkPtr, LinkTime>;

  StatusOr<LinkPtr> LinkTo(const tcp::endpoint& endpoint) {
    const std::lock_guard lock(mutex_);
    Host& host = hosts_[endpoint];
    for (auto& [link, idle_since] : host) {
      if (idle_since == LinkTime::max()) continue;
      idle_since = LinkTime::max();
      return link;
    }
    if (closed_ || host.size() >= options_.max_connections_per_host || count_ >= options_.max_connections) {
      if (host.empty()) hosts_.erase(endpoint);
      return MakeStatus(StatusCode::kResourceExhausted, "there are too many calls under way");
    }
    const auto on_free = [weak = weak_from_this()](const LinkPtr& link, bool usable) {
      if (const auto pool = weak.lock()) pool->Freed(link, usable);
    };
    auto link = std::make_shared<KeptHttpLink>(tcp::socket(asio::make_strand(io_)), endpoint, on_free);
    host.emplace(link, LinkTime::max());
    if (count_++ == 0) LookLater();
    return link;
  }

  void Freed(const LinkPtr& link, bool usable) {
    const std::lock_guard lock(mutex_);
    if (usable) {
      hosts_[link->endpoint()][link] = LinkTime::clock::now();
    } else {
      Remove(link);
    }
  }

  void Remove(const LinkPtr& link) {
    const auto host = hosts_.find(link->endpoint());
    if (host == hosts_.end()) return;
    count_ -= host->second.erase(link);
    if (host->second.empty()) hosts_.erase(host);
  }

  void LookLater() {
    timer_.expires_after(kBetweenLooks);
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& cancelled) {
      const auto pool = weak.lock();
      if (!cancelled && pool != nullptr) pool->Look();
    });
  }

  /// One timer for all of them, since one for each call would cost more than the call.
  void Look() {
    const auto now = LinkTime::clock::now();
    std::vector<LinkPtr> used;
    std::vector<LinkPtr> old;
    const std::lock_guard lock(mutex_);
    for (const auto& [endpoint, host] : hosts_) {
      for (const auto& [link, idle_since] : host) {
        if (idle_since == LinkTime::max()) used.push_back(link);
        if (idle_since != LinkTime::max() && now - idle_since > options_.idle_timeout) old.push_back(link);
      }
    }
    for (const LinkPtr& link : used) asio::post(link->get_executor(), [link, now] { link->Expire(now); });
    for (const LinkPtr& link : old) {
      Remove(link);
      asio::post(link->get_executor(), [link] { link->Cancel(); });
    }
    if (count_ > 0) LookLater();
  }

  asio::io_context& io_;
  const KeptHttpOptions options_;
  mutable std::mutex mutex_;
  asio::steady_timer timer_;  // Guarded by mutex_, as all that follows.
  std::map<tcp::endpoint, Host> hosts_;
  std::size_t count_ = 0;
  bool closed_ = false;
};

KeptHttpClient::KeptHttpClient(asio::io_context& io, KeptHttpOptions options)
    : pool_(std::make_shared<Pool>(io, options)) {}
KeptHttpClient::~KeptHttpClient() { pool_->Close(); }

void KeptHttpClient::Send(HttpCall call, OnReply on_reply) { pool_->Send(call, std::move(on_reply)); }
std::size_t KeptHttpClient::connections() const { return pool_->connections(); }

}  // namespace oofgg::net
