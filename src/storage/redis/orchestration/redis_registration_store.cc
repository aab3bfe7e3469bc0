#include "storage/redis/orchestration/redis_registration_store.h"

#include <string>
#include <utility>

#include "oofgg/log.h"
#include "storage/redis/orchestration/request_keys.h"

namespace oofgg::storage {

using orchestration::ServerRegistration;

namespace {

const RedisScript& EraseScript() {
  static const RedisScript script(R"lua(
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
return redis.call('HDEL', KEYS[1], ARGV[1])
)lua");
  return script;
}

}  // namespace

Status RedisRegistrationStore::Write(const ServerRegistration& registration) {
  return link_
      .Call(RedisCommand({"HSET", request_keys::Registered(registration.fleet), registration.name,
                          orchestration::EncodeRegistration(registration)})
                .Idempotent())
      .status();
}

void RedisRegistrationStore::Erase(const ServerRegistration& registration) {
  const auto erased = link_.Run(
      EraseScript(), {.keys = {request_keys::Registered(registration.fleet)},
                      .arguments = {registration.name, orchestration::EncodeRegistration(registration)},
                      .idempotent = true});
  if (erased.ok()) return;
  Log(LogLevel::kWarning, "orchestration",
      "cannot erase the registration of " + registration.ServerId() + ": " +
          std::string(erased.status().message()));
}

StatusOr<std::vector<ServerRegistration>> RedisRegistrationStore::Of(std::string_view fleet) {
  OOFGG_ASSIGN_OR_RETURN(const RedisReply reply,
                         link_.Call(RedisCommand({"HVALS", request_keys::Registered(fleet)}).Idempotent()));
  std::vector<ServerRegistration> registrations;
  for (const RedisReply& text : reply.elements) {
    if (auto read = orchestration::DecodeRegistration(text.text)) registrations.push_back(*std::move(read));
  }
  return registrations;
}

}  // namespace oofgg::storage
