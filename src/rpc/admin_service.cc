#include "rpc/admin_service.h"

#include "auth/admin_facade.h"
#include "rpc/admin_service_impl.h"

namespace oofgg::rpc {

ServedService MakeAdminService(ServiceHost& host, auth::AdminFacade& facade) {
  return {v1::AdminService::service_full_name(),
          std::make_shared<AdminServiceOf<auth::AdminFacade>>(host, facade)};
}

}  // namespace oofgg::rpc
