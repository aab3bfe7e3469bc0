#include "storage/redis/dialer.h"

#include <fstream>
#include <string>

namespace oofgg::storage::redis {
namespace {

Status NoHost() { return MakeStatus(StatusCode::kInvalidArgument, "no host of Redis is named"); }
Status Unavailable(const std::string& why) { return MakeStatus(StatusCode::kUnavailable, why); }

/// Asks what is only a matter of yes or no.
Status Require(Connection& connection, const RedisCommand& command, TimePoint deadline, const Bell& stop) {
  OOFGG_ASSIGN_OR_RETURN(const RedisReply reply, connection.Ask(command, deadline, stop));
  return reply.is_error() ? StatusOfError(reply) : absl::OkStatus();
}

StatusOr<std::string> PasswordOf(const RedisUrl& url) {
  if (url.password_file.empty()) return url.password;
  std::ifstream file(url.password_file);
  std::string line;
  if (!std::getline(file, line)) {
    return MakeStatus(StatusCode::kFailedPrecondition, "cannot read the password in " + url.password_file);
  }
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

/// Whatever a server that is no Redis says is no reason to give up for good.
Status Named(const Status& status, const HostPort& server) {
  const Status named = Annotate(status, "connecting to Redis at " + FormatHostPort(server));
  const bool passing =
      status.code() == StatusCode::kInternal || status.code() == StatusCode::kDeadlineExceeded;
  return passing ? MakeStatus(StatusCode::kUnavailable, {named.message().data(), named.message().size()})
                 : named;
}

}  // namespace

StatusOr<std::unique_ptr<Connection>> Dialer::Dial(const Bell& stop) {
  if (options_.url.has_sentinel()) return DialMaster(stop);
  Status failure = NoHost();
  for (const HostPort& server : find_hosts_ ? find_hosts_() : options_.url.hosts) {
    auto connection = DialServer(server, stop);
    if (connection.ok()) return connection;
    failure = Named(connection.status(), server);
  }
  return failure;
}

StatusOr<std::unique_ptr<Connection>> Dialer::DialServer(const HostPort& server, const Bell& stop) const {
  const TimePoint deadline = DeadlineAfter(Clock::System().Now(), options_.connect_timeout);
  OOFGG_ASSIGN_OR_RETURN(Socket socket, Socket::Open(server, options_.url, deadline, stop));
  auto connection = std::make_unique<Connection>(std::move(socket), server, options_.max_reply_bytes);
  OOFGG_RETURN_IF_ERROR(LogIn(*connection, deadline, stop));
  return connection;
}

Status Dialer::LogIn(Connection& connection, TimePoint deadline, const Bell& stop) const {
  const RedisUrl& url = options_.url;
  OOFGG_ASSIGN_OR_RETURN(const std::string password, PasswordOf(url));
  RedisCommand hello({"HELLO", "3"});
  if (!password.empty()) hello.Add("AUTH").Add(url.user.empty() ? "default" : url.user).Add(password);
  OOFGG_ASSIGN_OR_RETURN(const RedisReply greeting, connection.Ask(hello, deadline, stop));
  if (IsErrorOf(greeting, "ERR") || IsErrorOf(greeting, "NOPROTO")) {
    // Before version 6 there is neither HELLO nor RESP3.
    RedisCommand auth({"AUTH"});
    if (!url.user.empty()) auth.Add(url.user);
    if (!password.empty()) OOFGG_RETURN_IF_ERROR(Require(connection, auth.Add(password), deadline, stop));
  } else if (greeting.is_error()) {
    return StatusOfError(greeting);
  }
  if (url.database != 0) {
    RedisCommand select({"SELECT"});
    OOFGG_RETURN_IF_ERROR(Require(connection, select.Add(url.database), deadline, stop));
  }
  // One that still loads its data greets, but does not serve.
  return Require(connection, RedisCommand({"PING"}), deadline, stop);
}

StatusOr<std::unique_ptr<Connection>> Dialer::DialMaster(const Bell& stop) {
  const std::vector<HostPort>& sentinels = options_.url.hosts;
  Status failure = NoHost();
  for (std::size_t i = 0; i < sentinels.size(); ++i) {
    const std::size_t turn = (first_sentinel_ + i) % sentinels.size();
    const StatusOr<HostPort> master = AskSentinel(sentinels[turn], stop);
    if (!master.ok()) {
      failure = Annotate(master.status(), "asking the sentinel at " + FormatHostPort(sentinels[turn]));
      continue;
    }
    auto connection = DialServer(*master, stop);
    if (!connection.ok()) {
      failure = Named(connection.status(), *master);
      continue;
    }
    // A sentinel may not have heard yet that the master is one no more.
    const TimePoint deadline = DeadlineAfter(Clock::System().Now(), options_.connect_timeout);
    const StatusOr<RedisReply> role = (*connection)->Ask(RedisCommand({"ROLE"}), deadline, stop);
    if (role.ok() && !role->elements.empty() && role->elements[0].text == "master") {
      first_sentinel_ = turn;
      return connection;
    }
    failure = role.ok() && role->is_error()
                  ? Named(StatusOfError(*role), *master)
                  : Unavailable("Redis at " + FormatHostPort(*master) + " is not the master (yet)");
  }
  return failure;
}

StatusOr<HostPort> Dialer::AskSentinel(const HostPort& sentinel, const Bell& stop) const {
  const TimePoint deadline = DeadlineAfter(Clock::System().Now(), options_.connect_timeout);
  OOFGG_ASSIGN_OR_RETURN(Socket socket, Socket::Open(sentinel, options_.url, deadline, stop));
  Connection connection(std::move(socket), sentinel, options_.max_reply_bytes);
  const RedisCommand question({"SENTINEL", "get-master-addr-by-name", options_.url.master_name});
  OOFGG_ASSIGN_OR_RETURN(const RedisReply answer, connection.Ask(question, deadline, stop));
  if (answer.is_error()) return StatusOfError(answer);
  if (answer.elements.size() != 2) return Unavailable("it knows no master " + options_.url.master_name);
  auto port = ParseInteger<std::uint16_t>(answer.elements[1].text, std::uint16_t{1});
  if (!port.ok()) return Unavailable("it names a malformed port");
  return HostPort{.host = answer.elements[0].text, .port = *port};
}

}  // namespace oofgg::storage::redis
