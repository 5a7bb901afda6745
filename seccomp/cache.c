/* SPDX-License-Identifier: Apache-2.0 */
#include "seccomp/cache.h"

#include "base/log.h"
#include "seccomp/cache_entry.h"
#include "seccomp/cache_key.h"
#include "seccomp/compile.h"

int seccomp_filter_get(int cache_dirfd, const struct spec_seccomp *spec, struct seccomp_filter *ret, struct err *e)
{
	struct err store_error = ERR_NONE;
	own_text key = {0};
	int r;

	if (cache_dirfd < 0)
		return seccomp_compile(spec, ret, e);
	if (!seccomp_cache_dir_trusted(cache_dirfd)) {
		log_debug("seccomp: the cache's directory is not ours alone and is not used");
		return seccomp_compile(spec, ret, e);
	}
	r = seccomp_cache_key(spec, &key, e);
	if (r < 0 || seccomp_cache_load(cache_dirfd, &key, ret))
		return r;
	r = seccomp_compile(spec, ret, e);
	if (r == 0 && seccomp_cache_store(cache_dirfd, &key, ret, &store_error) < 0)
		log_debug(
			"seccomp: the filter is not cached: %s", store_error.text); /* the next start compiles again */
	return r;
}
