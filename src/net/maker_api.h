#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/address_list.h"
#include "net/http_server.h"
#include "oofgg/bounded_executor.h"
#include "oofgg/caller.h"
#include "oofgg/token_bucket.h"
#include "orchestration/request_facade.h"

namespace oofgg::net {

struct MakerApiOptions {
  /// AUTHORIZER `jwt`: verifies the token behind `Bearer `; the client id is then the caller's user id.
  /// Without it, `opaque`: the client id is the whole value of `Authorization`, `Bearer ` included.
  std::function<StatusOr<Caller>(std::string_view token)> verify_token;
  /// Signs the join ticket that JSON answers carry; without it they carry none.
  std::function<std::string(std::string_view client_id, const orchestration::SeatServer& server)>
      issue_ticket;
  std::string default_fleet = "default";  ///< Without `?fleet=`.
  std::string public_host;                ///< PUBLIC_HOST; empty: the local address of the call.
  /// Without `public_host`: the host of the call's `Host` instead, if it is a name or an address, as the
  /// local one may be that of a container. What proxies add never counts.
  bool host_as_asked = false;
  std::chrono::seconds longest_wait{30};  ///< `?wait=` is cut to this.
  KeyedTokenBuckets* limiter = nullptr;   ///< Requests a client id; may be null.
  /// Requests of one IPv4 address or IPv6 /64, counted before anything is read; may be null. Opaque client
  /// ids cost nothing to make up, so this is what bounds a caller.
  KeyedTokenBuckets* address_limiter = nullptr;
  bool exempt_loopback = false;  ///< No such limit for this machine: a proxy runs on it.
  AddressList proxies = {};      ///< Whose `x-forwarded-for` is believed, as base/forwarded_for.h tells.
};

/// The door of the maker's HTTP API: `POST`, `GET` and `DELETE /request`, as docs/maker.md tells. Translates
/// only; what is decided is decided by the facade.
///
/// Lifetime: `facade` and `executor` must outlive it. Once it is gone, what still comes is answered 500.
/// Threads: safe.
class MakerApi {
 public:
  /// `executor` runs the facade, which waits for the store; what it sheds is answered 503.
  MakerApi(orchestration::RequestFacade& facade, BoundedExecutor& executor, MakerApiOptions options);
  ~MakerApi();

  /// For `HttpServer::Listen`; may be copied, and may outlive this object.
  [[nodiscard]] HttpHandler handler() const;

 private:
  class Door;
  std::shared_ptr<Door> door_;
};

}  // namespace oofgg::net
